#include "gateway/api/job_request.hpp"
#include "gateway/api/queue_request.hpp"
#include "gateway/api/queue_view.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/queue_changes.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

checked<response> describe(const exchange& e, const queue_definition& q) {
  auto described =
      describe_queue(e.use.node.view(), q, e.use.feed.completed(), e.use.node.time().now());
  if (!described)
    return to_problem(described.error());
  response r;
  r.body = described->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

checked<response> describe_all(const state_reader& view, const throughput& completed,
                               timestamp now) {
  auto queues = queue_directory::read(view);
  if (!queues)
    return to_problem(queues.error());
  auto list = nlohmann::json::array();
  for (const auto& [name, q] : queues->all()) {
    auto described = describe_queue(view, q, completed, now);
    if (!described)
      return to_problem(described.error());
    list.push_back(std::move(*described));
  }
  nlohmann::json body{{"queues", std::move(list)}};
  response r;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

/// What pause and resume change.
struct standstill {
  bool paused = false;
  std::string reason;
};

handlers::outcome change_standstill(exchange& e, std::string body, standstill wanted) {
  auto body_digest = e.head.idempotency_key ? sha256(body) : digest{};
  queue_change to_wanted = [&wanted](queue_definition& q) {
    q.settings.paused = wanted.paused;
    q.settings.pause_reason = wanted.reason;
    return std::optional<problem>{};
  };
  keyed_work work = [&e, &to_wanted](id_maker& ids) -> handlers::outcome {
    auto q = co_await change_queue(e, e.head.captures.front(), to_wanted, ids);
    if (!q)
      co_return q.error();
    co_return describe(e, *q);
  };
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace

handlers::outcome handlers::list_queues(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  const auto& view = e.use.node.view();
  // The feed belongs to this thread.
  const auto completed = e.use.feed.completed();
  const auto now = e.use.node.time().now();
  co_return co_await run_blocking(e.use.pool, [&] { return describe_all(view, completed, now); });
}

handlers::outcome handlers::read_queue(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto q = find_queue(e, e.head.captures.front());
  if (!q)
    co_return q.error();
  co_return describe(e, *q);
}

handlers::outcome handlers::pause_queue(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  auto reason = parse_pause_request(*body);
  if (!reason)
    co_return reason.error();
  standstill wanted{true, std::move(*reason)};
  co_return co_await change_standstill(e, std::move(*body), std::move(wanted));
}

handlers::outcome handlers::resume_queue(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  if (auto wrong = check_empty_request(*body))
    co_return *wrong;
  standstill wanted;
  co_return co_await change_standstill(e, std::move(*body), std::move(wanted));
}

handlers::outcome handlers::change_queue_settings(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  auto wanted = parse_queue_change(*body);
  if (!wanted)
    co_return wanted.error();
  const auto& view = e.use.node.view();
  queue_change to_wanted = [&](queue_definition& q) {
    auto refused = change(q, *wanted);
    return refused || !wanted->kinds ? refused : check_kinds(view, q);
  };
  id_maker ids{e.use.node.time()};
  auto q = co_await change_queue(e, e.head.captures.front(), to_wanted, ids);
  if (!q)
    co_return q.error();
  co_return describe(e, *q);
}

} // namespace dure::gateway
