#include "gateway/api/queue_json.hpp"
#include "gateway/api/queue_request.hpp"
#include "gateway/api/queue_view.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/catching_up.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/queue_changes.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Numbers that others reserve at the same time are stepped over.
constexpr int reservations_max = 64;

/// A shard's first leader claims it after two or three seconds of silence.
constexpr std::chrono::seconds leaders_patience{10};
constexpr std::chrono::milliseconds look_every{100};

problem no_numbers() {
  return {409, "too_many_queues", "There are no numbers left for its logs.", {}, {}};
}

/// Returns the first number that no queue of the local view has, of those that gateways give.
std::uint16_t first_free(const queue_directory& queues) {
  auto free = first_made_log;
  for (const auto& [name, q] : queues.all())
    for (auto log : q.logs)
      free = std::max(free, static_cast<std::uint16_t>(number(log) + 1));
  return free;
}

/// Takes so many log numbers: each is a record that only one request can put. A request that ends
/// before its queue is made leaves them unused.
asio::awaitable<checked<std::vector<log_number>>> reserve_logs(exchange& e, std::string_view name,
                                                               std::size_t wanted, id_maker& ids) {
  auto queues = queue_directory::read(e.use.node.view());
  if (!queues)
    co_return to_problem(queues.error());
  std::vector<log_number> logs;
  auto candidate = first_free(*queues);
  for (int tries = 0; tries < reservations_max && logs.size() < wanted; ++tries, ++candidate) {
    if (candidate > log_number_max)
      co_return no_numbers();
    put_record wish{
        log_record_key(log_number{candidate}), nlohmann::json{{"queue", name}}.dump(), 0, {}};
    auto outcome = co_await ask_one(e.use.node, control_log, ids.make_command(std::move(wish)));
    if (outcome)
      logs.push_back(log_number{candidate});
    else if (outcome.error().code != errc::version_mismatch)
      co_return to_problem(outcome.error());
  }
  if (logs.size() < wanted)
    co_return no_numbers();
  co_return checked<std::vector<log_number>>{boost::system::in_place_value, std::move(logs)};
}

checked<response> to_queue_response(const exchange& e, const queue_definition& q, int status) {
  auto described =
      describe_queue(e.use.node.view(), q, e.use.feed.completed(), e.use.node.time().now());
  if (!described)
    return to_problem(described.error());
  response r;
  r.status = status;
  r.body = described->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (status == 201)
    r.headers.emplace_back("Location", "/api/v1/queues/" + q.name);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

/// The queue is there: fine if it is what was asked for.
checked<response> meet_known(const exchange& e, const queue_definition& known,
                             const new_queue& wanted) {
  queue_definition asked{known.name, known.logs, {}, {}};
  auto refused = change(asked, wanted.settings);
  asked.settings.version = known.settings.version;
  asked.settings.paused = known.settings.paused;
  asked.settings.pause_reason = known.settings.pause_reason;
  if (!refused && asked == known && known.logs.size() == wanted.shards)
    return to_queue_response(e, known, 200);
  return problem{409,
                 "queue_exists",
                 "There is such a queue with other settings. PATCH changes them; the number of "
                 "shards is fixed.",
                 {},
                 {}};
}

/// Comes back when every shard has a leader that keeps to the settings: what is submitted then is
/// taken. Schedulers begin by themselves once the queue is in the control log.
asio::awaitable<std::optional<problem>> await_leaders(exchange& e, const queue_definition& q,
                                                      id_maker& ids) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause{executor};
  const auto give_up = std::chrono::steady_clock::now() + leaders_patience;
  for (;;) {
    auto failed = co_await tell_shards(e, q, ids);
    if (!failed || failed->status != 503 || std::chrono::steady_clock::now() >= give_up)
      co_return failed;
    pause.expires_after(look_every);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

std::optional<problem> check_new(const state_reader& view, const std::string& name,
                                 const new_queue& wanted) {
  if (!is_name(name))
    return bad_field("?name", "invalid_name",
                     "A queue's name is a-z, 0-9, '.' and '-', at most 32, not beginning with '.' "
                     "or '-'.");
  queue_definition q{name, std::vector<log_number>(wanted.shards), {}, {}};
  if (auto refused = change(q, wanted.settings))
    return refused;
  return check_kinds(view, q);
}

handlers::outcome make_queue(exchange& e, const std::string& name, const new_queue& wanted) {
  const auto& view = e.use.node.view();
  if (auto refused = check_new(view, name, wanted))
    co_return *refused;
  id_maker ids{e.use.node.time()};
  auto logs = co_await reserve_logs(e, name, wanted.shards, ids);
  if (!logs)
    co_return logs.error();
  queue_definition q{name, std::move(*logs), {}, {}};
  if (auto refused = change(q, wanted.settings))
    co_return *refused;
  put_record wish{queue_record_key(name), to_json_text(q), 0, {}};
  auto outcome = co_await ask_one(e.use.node, control_log, ids.make_command(std::move(wish)));
  if (!outcome && outcome.error().code != errc::version_mismatch)
    co_return to_problem(outcome.error());
  if (!outcome)
    e.missed.doubt(control_log); // Another gateway has just made it.
  auto known = co_await look(e, [&] { return find_queue(e, name); });
  if (!known)
    co_return known.error();
  if (!outcome)
    co_return meet_known(e, *known, wanted);
  auto failed = co_await await_leaders(e, *known, ids);
  if (failed)
    co_return *failed;
  co_return to_queue_response(e, *known, 201);
}

} // namespace

handlers::outcome handlers::put_queue(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  auto wanted = parse_new_queue(*body);
  if (!wanted)
    co_return wanted.error();
  // What it is compared with, and which numbers and kinds are free, must not be out of date.
  e.missed.note(control_log);
  auto known = co_await look(e, [&] { return find_queue(e, e.head.captures.front()); });
  if (known)
    co_return meet_known(e, *known, *wanted);
  if (known.error().status != 404)
    co_return known.error();
  co_return co_await make_queue(e, e.head.captures.front(), *wanted);
}

} // namespace dure::gateway
