#include "actors/core/queries.hpp"
#include "gateway/api/job_request.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/api/queue_json.hpp"
#include "gateway/api/queue_view.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Somebody else may change the definition between our look and our put.
constexpr int tries_max = 3;

problem unknown_queue() {
  return {404, "not_found", "There is no such queue.", {}, {}};
}

checked<response> describe(const state_reader& view, const queue_definition& q) {
  auto described = describe_queue(view, q);
  if (!described)
    return to_problem(described.error());
  response r;
  r.body = described->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

checked<response> describe_all(const state_reader& view) {
  auto queues = queue_directory::read(view);
  if (!queues)
    return to_problem(queues.error());
  auto list = nlohmann::json::array();
  for (const auto& [name, q] : queues->all()) {
    auto described = describe_queue(view, q);
    if (!described)
      return to_problem(described.error());
    list.push_back(std::move(*described));
  }
  nlohmann::json body{{"queues", std::move(list)}};
  response r;
  r.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

checked<queue_definition> find_queue(const state_reader& view, std::string_view name) {
  auto record = queries::find_record(view, control_log, queue_record_key(name));
  if (!record && record.error().code == errc::not_found)
    return unknown_queue();
  if (!record)
    return to_problem(record.error());
  auto q = parse_queue_definition(record->value, record->version);
  if (!q)
    return to_problem(q.error());
  return checked<queue_definition>{boost::system::in_place_value, std::move(*q)};
}

/// What pause and resume change.
struct standstill {
  bool paused = false;
  std::string reason;
};

/// Puts the changed definition into the control log and returns it with its new version.
asio::awaitable<checked<queue_definition>> define(exchange& e, const standstill& wanted,
                                                  id_maker& ids) {
  auto name = e.head.captures.front();
  for (int tries = 0; tries < tries_max; ++tries) {
    auto q = find_queue(e.use.node.view(), name);
    if (!q)
      co_return q.error();
    auto expected = q->settings.version;
    q->settings.paused = wanted.paused;
    q->settings.pause_reason = wanted.reason;
    command_body wish = put_record{queue_record_key(name), to_json_text(*q), expected, {}};
    auto outcome = co_await ask_one(e.use.node, control_log, ids.make_command(std::move(wish)));
    if (!outcome && outcome.error().code == errc::version_mismatch)
      continue;
    if (!outcome)
      co_return to_problem(outcome.error());
    if (auto* changed = std::get_if<record_changed>(&*outcome))
      q->settings.version = changed->version;
    co_return q;
  }
  co_return to_problem(error{errc::version_mismatch, {}});
}

/// Tells every shard; only then does the queue stand still as a whole.
asio::awaitable<std::optional<problem>> configure(exchange& e, const queue_definition& q,
                                                  id_maker& ids) {
  wishes_by_log wishes;
  for (auto log : q.logs)
    wishes[log].push_back(ids.make_command(configure_queue{q.settings}));
  auto outcomes = co_await ask_all(e.use.node, std::move(wishes));
  for (const auto& [log, answers] : outcomes)
    for (const auto& one : answers)
      if (!one)
        co_return to_problem(one.error());
  co_return std::nullopt;
}

handlers::outcome change_standstill(exchange& e, std::string body, standstill wanted) {
  auto body_digest = e.head.idempotency_key ? sha256(body) : digest{};
  keyed_work work = [&e, &wanted](id_maker& ids) -> handlers::outcome {
    auto q = co_await define(e, wanted, ids);
    if (!q)
      co_return q.error();
    auto failed = co_await configure(e, *q, ids);
    if (failed)
      co_return *failed;
    co_return describe(e.use.node.view(), *q);
  };
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace

handlers::outcome handlers::list_queues(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  const auto& view = e.use.node.view();
  co_return co_await run_blocking(e.use.pool, [&view] { return describe_all(view); });
}

handlers::outcome handlers::read_queue(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto q = find_queue(e.use.node.view(), e.head.captures.front());
  if (!q)
    co_return q.error();
  co_return describe(e.use.node.view(), *q);
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

} // namespace dure::gateway
