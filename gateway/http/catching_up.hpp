#pragma once

#include "gateway/http/exchange.hpp"

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <type_traits>

/// How any gateway answers for any job: what its view does not show is missing only when the leader
/// of the log has said so.
namespace dure::gateway {

/// Waits until the view shows what was acknowledged so far in the logs where this exchange has
/// missed something. Returns whether to look again: false when nothing (more) was missed. A 503
/// when a leader could not be asked.
boost::asio::awaitable<checked<bool>> catch_up(exchange& e);

/// The same for logs whose rows decide what a request changes. Returns the 503, or nothing.
boost::asio::awaitable<std::optional<problem>> catch_up_with(exchange& e,
                                                             std::set<log_number> logs);

/// Looks, and again when the look has missed something that may be there.
template <class Look>
boost::asio::awaitable<std::invoke_result_t<Look&>> look(exchange& e, Look find) {
  for (;;) {
    auto found = find();
    auto again = co_await catch_up(e);
    if (!again)
      co_return again.error();
    if (!*again)
      co_return found;
  }
}

/// Notes that the view does not show the job, or anything else with such an id.
void note_missed(exchange& e, const job_id& id);

} // namespace dure::gateway
