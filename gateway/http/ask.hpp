#pragma once

#include "gateway/bridge/backend.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace dure::gateway {

/// Waits for the leader of `log` to answer. The caller's executor is kept busy meanwhile, so it
/// outlives the answer.
boost::asio::awaitable<backend::outcomes> ask(backend& node, log_number log,
                                              std::vector<command> wishes);

/// Waits for one command's answer.
boost::asio::awaitable<result<answer>> ask_one(backend& node, log_number log, command wish);

/// Waits until the view shows everything that was acknowledged in these logs before. Returns why
/// that cannot be said of one, or nothing.
boost::asio::awaitable<std::optional<error>> catch_up_all(backend& node, std::set<log_number> logs);

using wishes_by_log = std::map<log_number, std::vector<command>>;
using outcomes_by_log = std::map<log_number, backend::outcomes>;

/// Asks every log at once and waits for all.
boost::asio::awaitable<outcomes_by_log> ask_all(backend& node, wishes_by_log wishes);

/// Asks every log at once and waits for all. Returns a refusal, or nothing when all was taken.
boost::asio::awaitable<std::optional<error>> tell_all(backend& node, wishes_by_log wishes);

} // namespace dure::gateway
