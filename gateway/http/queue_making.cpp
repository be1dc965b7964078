#include "actors/core/keys.hpp"
#include "actors/core/rows.hpp"
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
#include <set>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Numbers that others reserve at the same time are stepped over.
constexpr int reservations_max = 64;

/// Somebody else may give a queue kinds between our look and our put.
constexpr int tries_max = 3;

/// A shard's first leader claims it after two or three seconds of silence.
constexpr std::chrono::seconds leaders_patience{10};
constexpr std::chrono::milliseconds look_every{100};

problem no_numbers() {
  return {409, "too_many_queues", "There are no numbers left for its logs.", {}, {}};
}

/// Log numbers that are given away, as the local view has it. A request that ended before its queue
/// was made leaves its records: the next request for that queue takes them up.
struct given_logs {
  std::set<std::uint16_t> numbers;
  std::vector<log_number> left; ///< By an earlier request for the same queue.
};

/// Requires: there is no queue `name`.
result<given_logs> read_given(const state_reader& view, std::string_view name) {
  auto queues = queue_directory::read(view);
  if (!queues)
    return queues.error();
  given_logs given;
  for (const auto& [other, q] : queues->all())
    for (auto log : q.logs)
      given.numbers.insert(number(log));
  const auto prefix = keys::records_of(control_log, log_record_prefix);
  auto scanned = view.scan(family::records, prefix, scan_order::ascending,
                           [&](std::string_view key, std::string_view value) {
                             const auto log = parse_log_record_key(keys::after_log(key));
                             const auto row = decode_row<record_row>(value);
                             if (!log || !row || !given.numbers.insert(number(*log)).second)
                               return true;
                             const auto said = nlohmann::json::parse(row->value, nullptr, false);
                             if (said.is_object() && said.value("queue", nlohmann::json{}) == name)
                               given.left.push_back(*log);
                             return true;
                           });
  if (!scanned)
    return scanned.error();
  return given;
}

/// Takes so many log numbers: each is a record that only one request can put, or that an earlier
/// request for the queue has put: of two that share them only one can put the queue.
asio::awaitable<checked<std::vector<log_number>>> reserve_logs(exchange& e, std::string_view name,
                                                               std::size_t wanted, id_maker& ids) {
  auto given = read_given(e.use.node.view(), name);
  if (!given)
    co_return to_problem(given.error());
  auto logs = std::move(given->left);
  logs.resize(std::min(logs.size(), wanted));
  std::uint16_t candidate = first_made_log;
  for (int tries = 0; tries < reservations_max && logs.size() < wanted; ++candidate) {
    if (candidate > log_number_max)
      co_return no_numbers();
    if (given->numbers.contains(candidate))
      continue;
    ++tries;
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

/// Returns the wish for a queue whose kinds were free at that version.
command_body to_wish(const queue_definition& q, std::uint64_t kinds_at) {
  put_record wish{queue_record_key(q.name), to_json_text(q), 0, {}};
  if (q.kinds.empty())
    return wish;
  return put_with_kinds(std::move(wish), kinds_at);
}

/// Returns whether the queue was made; if not, somebody made it, or gave kinds to another,
/// meanwhile.
asio::awaitable<checked<bool>> try_to_make(exchange& e, const std::string& name,
                                           const new_queue& wanted, id_maker& ids) {
  const auto& view = e.use.node.view();
  const auto kinds_at = kinds_version(view);
  if (!kinds_at)
    co_return to_problem(kinds_at.error());
  if (auto refused = check_new(view, name, wanted))
    co_return *refused;
  auto logs = co_await reserve_logs(e, name, wanted.shards, ids);
  if (!logs)
    co_return logs.error();
  queue_definition q{name, std::move(*logs), {}, {}};
  if (auto refused = change(q, wanted.settings))
    co_return *refused;
  auto wish = ids.make_command(to_wish(q, *kinds_at));
  auto outcome = co_await ask_one(e.use.node, control_log, std::move(wish));
  if (!outcome && outcome.error().code != errc::version_mismatch)
    co_return to_problem(outcome.error());
  const bool taken = bool{outcome};
  co_return checked<bool>{boost::system::in_place_value, taken};
}

handlers::outcome make_queue(exchange& e, const std::string& name, const new_queue& wanted) {
  id_maker ids{e.use.node.time()};
  for (int tries = 0; tries < tries_max; ++tries) {
    auto made = co_await try_to_make(e, name, wanted, ids);
    if (!made)
      co_return made.error();
    if (!*made)
      e.missed.doubt(control_log); // Another gateway may have just made it.
    auto known = co_await look(e, [&] { return find_queue(e, name); });
    if (!known && (*made || known.error().status != 404))
      co_return known.error();
    if (!known)
      continue; // Another queue was given kinds since we looked.
    if (!*made)
      co_return meet_known(e, *known, wanted);
    auto failed = co_await await_leaders(e, *known, ids);
    if (failed)
      co_return *failed;
    co_return to_queue_response(e, *known, 201);
  }
  co_return to_problem(error{errc::version_mismatch, {}});
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
