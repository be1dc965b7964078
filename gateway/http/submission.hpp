#pragma once

#include "gateway/api/problem.hpp"
#include "gateway/bridge/backend.hpp"
#include "gateway/http/keyed.hpp"

#include <boost/asio/awaitable.hpp>
#include <vector>

namespace dure::gateway {

/// Finds each job its queue, log and id, submits them with one ask for each log, and returns what
/// became of each, in order. Jobs that were refused already keep their problem.
boost::asio::awaitable<std::vector<checked<job_taken>>>
submit_all(backend& node, std::vector<checked<job_spec>> jobs, id_maker& ids);

} // namespace dure::gateway
