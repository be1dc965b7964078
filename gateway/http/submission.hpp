#pragma once

#include "gateway/api/problem.hpp"
#include "gateway/http/exchange.hpp"
#include "gateway/http/keyed.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <vector>

namespace dure::gateway {

/// How a request names jobs, which is how its problems point at them.
enum class submission : std::uint8_t { alone, list };

/// Says that the queue which the job names is unknown, or nothing: before its file is kept.
boost::asio::awaitable<std::optional<problem>> check_queue(exchange& e, const job_spec& spec);

/// Finds each job its queue, log and id, submits them with one ask for each log, and returns what
/// became of each, in order. Jobs that were refused already keep their problem.
boost::asio::awaitable<std::vector<checked<job_taken>>>
submit_all(exchange& e, std::vector<checked<job_spec>> jobs, id_maker& ids, submission form);

} // namespace dure::gateway
