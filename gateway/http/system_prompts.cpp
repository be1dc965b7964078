#include "gateway/api/system_prompt.hpp"
#include "gateway/http/ask.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/catching_up.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/keyed.hpp"
#include "gateway/http/question_sets.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

/// Somebody else may change the prompt between our look and our put.
constexpr int tries_max = 3;
constexpr std::size_t page_default = 20;
constexpr std::size_t page_max = 100;

/// Prompts lie in every log of the queue, beside the jobs that name them; which one is active is
/// said in the first.
using prompt_logs = std::vector<log_number>;

checked<prompt_logs> logs_of_prompts(exchange& e) {
  auto queue = questions_queue_of(e.use.node.view());
  if (!queue)
    return queue.error();
  return checked<prompt_logs>{boost::system::in_place_value, std::move(queue->logs)};
}

/// The same for a path that names the prompt.
checked<prompt_logs> logs_in_path(exchange& e) {
  if (e.head.captures.front() != prompt_name)
    return problem{404,
                   "not_found",
                   "There is no such prompt. There is: " + std::string{prompt_name} + ".",
                   {},
                   {}};
  return logs_of_prompts(e);
}

checked<system_prompt> prompt_in_use(const state_reader& view, const prompt_logs& logs) {
  auto active = active_prompt(view, logs.front());
  if (!active)
    return to_problem(active.error());
  auto found = find_prompt(view, logs.front(), active->version);
  if (!found)
    return to_problem(found.error());
  return checked<system_prompt>{boost::system::in_place_value, std::move(*found)};
}

checked<prompt_history> history_of(const state_reader& view, const prompt_logs& logs) {
  auto history = read_prompts(view, logs.front());
  if (!history)
    return to_problem(history.error());
  return checked<prompt_history>{boost::system::in_place_value, std::move(*history)};
}

problem changed_meanwhile() {
  return {409, "version_mismatch", "The prompt was changed meanwhile. Look at it again.", {}, {}};
}

/// Another gateway may have changed the prompt since what this view shows of it.
asio::awaitable<std::optional<problem>> learn_newest(exchange& e, const prompt_logs& logs) {
  std::set<log_number> said_in{logs.front()};
  co_return co_await catch_up_with(e, std::move(said_in));
}

/// Puts a record; false: it is not as expected any more.
asio::awaitable<checked<bool>> put(exchange& e, log_number log, put_record wish, id_maker& ids) {
  auto outcome = co_await ask_one(e.use.node, log, ids.make_command(std::move(wish)));
  if (!outcome && outcome.error().code != errc::version_mismatch)
    co_return to_problem(outcome.error());
  co_return checked<bool>{boost::system::in_place_value, outcome.has_value()};
}

/// Puts the version into the logs behind the first, where it has won its number.
asio::awaitable<std::optional<problem>> spread(exchange& e, const prompt_logs& logs,
                                               const system_prompt& p, id_maker& ids) {
  wishes_by_log wishes;
  for (std::size_t i = 1; i < logs.size() && p.version != default_prompt_version; ++i)
    wishes[logs[i]].push_back(
        ids.make_command(put_record{prompt_key(p.version), to_record_text(p), {}, {}}));
  auto refused = co_await tell_all(e.use.node, std::move(wishes));
  if (refused)
    co_return to_problem(*refused);
  co_return std::nullopt;
}

/// Makes a version active unless it is. A worker finds it wherever its job is before any job names
/// it.
asio::awaitable<checked<response>> activate(exchange& e, const prompt_logs& logs, system_prompt p,
                                            std::optional<std::uint64_t> expected, id_maker& ids) {
  auto failed = co_await spread(e, logs, p, ids);
  if (failed)
    co_return *failed;
  for (int tries = 0; tries < tries_max; ++tries) {
    failed = co_await learn_newest(e, logs);
    if (failed)
      co_return *failed;
    auto active = active_prompt(e.use.node.view(), logs.front());
    if (!active)
      co_return to_problem(active.error());
    if (active->version == p.version)
      co_return to_data_response(to_json(p));
    if (expected && *expected != active->version)
      break;
    put_record wish{prompt_key(), to_active_text(p.version), active->record_version, {}};
    auto taken = co_await put(e, logs.front(), std::move(wish), ids);
    if (!taken)
      co_return taken.error();
    if (*taken)
      co_return to_data_response(to_json(p));
  }
  co_return changed_meanwhile();
}

/// Returns the version of that content, made if there is none.
asio::awaitable<checked<system_prompt>> make_version(exchange& e, const prompt_logs& logs,
                                                     const prompt_request& asked, id_maker& ids) {
  for (int tries = 0; tries < tries_max; ++tries) {
    auto late = co_await learn_newest(e, logs);
    if (late)
      co_return *late;
    auto known =
        co_await run_blocking(e.use.pool, [&] { return history_of(e.use.node.view(), logs); });
    if (!known)
      co_return known.error();
    if (asked.expected_version && *asked.expected_version != known->active.version)
      break;
    if (const auto* same = known->find(asked.content))
      co_return *same;
    if (known->versions.size() >= prompt_versions_max)
      co_return problem{409, "too_many_versions", "The prompt has 1,000 versions.", {}, {}};
    system_prompt made{known->versions.back().version + 1, asked.content, ids.at()};
    put_record wish{prompt_key(made.version), to_record_text(made), 0, {}};
    auto taken = co_await put(e, logs.front(), std::move(wish), ids);
    if (!taken)
      co_return taken.error();
    if (*taken)
      co_return made;
  }
  co_return changed_meanwhile();
}

/// Returns the page of versions before `before`, newest first.
checked<response> to_page(const prompt_history& history, std::uint64_t before, std::size_t limit) {
  auto list = json::array();
  auto next = json(nullptr);
  for (auto p = history.versions.rbegin(); p != history.versions.rend(); ++p) {
    if (p->version >= before)
      continue;
    if (list.size() == limit) {
      next = std::to_string(list.back()["version"].get<std::uint64_t>());
      break;
    }
    auto shown = to_json(*p);
    shown["active"] = p->version == history.active.version;
    list.push_back(std::move(shown));
  }
  json body{{"success", true},
            {"data", std::move(list)},
            {"total", history.versions.size()},
            {"next", std::move(next)}};
  response r;
  r.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

/// A request that changes the prompt in its path.
struct prompt_wish {
  prompt_logs logs;
  std::string body; ///< JSON text.
};

asio::awaitable<checked<prompt_wish>> read_wish(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto logs = logs_in_path(e);
  if (!logs)
    co_return logs.error();
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  prompt_wish wish{std::move(*logs), std::move(*body)};
  co_return checked<prompt_wish>{boost::system::in_place_value, std::move(wish)};
}

} // namespace

handlers::outcome handlers::list_prompts(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto logs = logs_of_prompts(e);
  if (!logs)
    co_return logs.error();
  auto p = prompt_in_use(e.use.node.view(), *logs);
  if (!p)
    co_return p.error();
  auto list = json::array();
  list.push_back(to_json(*p));
  co_return to_data_response(std::move(list));
}

handlers::outcome handlers::read_prompt(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto logs = logs_in_path(e);
  if (!logs)
    co_return logs.error();
  auto p = prompt_in_use(e.use.node.view(), *logs);
  if (!p)
    co_return p.error();
  auto r = to_data_response(to_json(*p));
  co_return with_entity_tag(std::move(*r), e.head.if_none_match);
}

handlers::outcome handlers::write_prompt(exchange& e) {
  auto wish = co_await read_wish(e);
  if (!wish)
    co_return wish.error();
  auto asked = parse_prompt_request(wish->body);
  if (!asked)
    co_return asked.error();
  id_maker ids{e.use.node.time()};
  auto p = co_await make_version(e, wish->logs, *asked, ids);
  if (!p)
    co_return p.error();
  co_return co_await activate(e, wish->logs, std::move(*p), asked->expected_version, ids);
}

handlers::outcome handlers::list_prompt_versions(exchange& e) {
  query_reader q{e.head.parameters};
  const auto limit = q.integer("limit", 1, page_max).value_or(page_default);
  const auto last = std::numeric_limits<std::int64_t>::max();
  const auto before = q.integer("cursor", 1, last).value_or(last);
  if (auto wrong = q.finish())
    co_return *wrong;
  auto logs = logs_in_path(e);
  if (!logs)
    co_return logs.error();
  co_return co_await run_blocking(e.use.pool, [&]() -> checked<response> {
    auto history = history_of(e.use.node.view(), *logs);
    if (!history)
      return history.error();
    return to_page(*history, before, limit);
  });
}

handlers::outcome handlers::roll_back_prompt(exchange& e) {
  auto wish = co_await read_wish(e);
  if (!wish)
    co_return wish.error();
  auto version = parse_rollback_request(wish->body);
  if (!version)
    co_return version.error();
  keyed_work work = [&](id_maker& ids) -> outcome {
    auto late = co_await learn_newest(e, wish->logs);
    if (late)
      co_return *late;
    auto p = find_prompt(e.use.node.view(), wish->logs.front(), *version);
    if (!p && p.error().code == errc::not_found)
      co_return problem{
          404, "not_found", "There is no version " + std::to_string(*version) + ".", {}, {}};
    if (!p)
      co_return to_problem(p.error());
    co_return co_await activate(e, wish->logs, std::move(*p), std::nullopt, ids);
  };
  auto body_digest = sha256(wish->body);
  co_return co_await once(e, body_digest, std::move(work));
}

} // namespace dure::gateway
