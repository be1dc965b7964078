#include "gateway/http/catching_up.hpp"

#include "gateway/api/queue_directory.hpp"
#include "gateway/http/ask.hpp"

#include <chrono>
#include <utility>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// No gateway's clock is so far ahead: an id from later than this was never given to anybody.
constexpr std::chrono::hours ahead_max{1};

asio::awaitable<std::optional<problem>> prove(exchange& e, std::set<log_number> logs) {
  auto failed = co_await catch_up_all(e.use.node, logs);
  if (failed)
    co_return to_problem(error{errc::unavailable, {}});
  e.missed.prove(logs);
  co_return std::nullopt;
}

/// Takes the logs that no queue of the view has out of `logs`.
checked<std::set<log_number>> take_unknown(exchange& e, std::set<log_number>& logs) {
  auto queues = queue_directory::read(e.use.node.view());
  if (!queues)
    return to_problem(queues.error());
  std::set<log_number> unknown;
  for (auto log : logs)
    if (!queues->has_log(log))
      unknown.insert(log);
  for (auto log : unknown)
    logs.erase(log);
  return checked<std::set<log_number>>{boost::system::in_place_value, std::move(unknown)};
}

} // namespace

asio::awaitable<checked<bool>> catch_up(exchange& e) {
  auto logs = e.missed.open();
  if (logs.empty())
    co_return checked<bool>{boost::system::in_place_value, false};
  auto control_missed = logs.erase(control_log) > 0;
  auto unknown = take_unknown(e, logs);
  if (!unknown)
    co_return unknown.error();
  // The queue of an unknown log may be new. If it is not there either, nobody was given such an id.
  if (control_missed || !unknown->empty()) {
    std::set<log_number> control{control_log};
    auto failed = co_await prove(e, std::move(control));
    if (failed)
      co_return *failed;
    logs.merge(*unknown);
    unknown = take_unknown(e, logs);
    if (!unknown)
      co_return unknown.error();
  }
  auto failed = co_await prove(e, std::move(logs));
  if (failed)
    co_return *failed;
  e.missed.prove(*unknown);
  co_return checked<bool>{boost::system::in_place_value, true};
}

asio::awaitable<std::optional<problem>> catch_up_with(exchange& e, std::set<log_number> logs) {
  for (auto log : logs)
    e.missed.doubt(log);
  auto caught_up = co_await catch_up(e);
  if (!caught_up)
    co_return caught_up.error();
  co_return std::nullopt;
}

void note_missed(exchange& e, const job_id& id) {
  if (made_at(id) <= e.use.node.time().now() + ahead_max)
    e.missed.note(log_of(id));
}

} // namespace dure::gateway
