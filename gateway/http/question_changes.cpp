#include "actors/core/limits.hpp"
#include "gateway/api/job_request.hpp"
#include "gateway/api/json_text.hpp"
#include "gateway/api/object_reader.hpp"
#include "gateway/api/question_view.hpp"
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

constexpr std::size_t explanation_bytes_max = 12 * 1024;

/// Returns the wish for a question of a set, or nothing when it is of no concern.
using wish_for = std::function<std::optional<command_body>(const question&, id_maker&)>;

/// Ids of questions and of jobs are made in the same way.
job_id as_job(const question_id& id) {
  return job_id{id.value};
}

ask_question ask_again(const question& q, const std::string& text, const explainer& by,
                       id_maker& ids, bool anew) {
  auto job = make_job_id(log_of(q.id), ids.at(), ids.random(as_job(q.id)));
  return {q.id, name_of_work(text, by), explaining_job(job, q.set, by), anew};
}

checked<response> to_question_response(const result<answer>& outcome, int status) {
  if (!outcome)
    return to_problem(outcome.error());
  const auto* q = std::get_if<question_taken>(&*outcome);
  if (q == nullptr)
    return to_problem(error{errc::corrupt, {}});
  return to_data_response(
      json{{"id", to_string(q->id)}, {"explanationStatus", to_string(q->state)}}, status);
}

asio::awaitable<checked<std::uint64_t>> wish_page(exchange& e, const question_set& set,
                                                  const queries::question_page& page, id_maker& ids,
                                                  const wish_for& wish) {
  std::vector<command> wishes;
  for (const auto& q : page.questions)
    if (auto body = wish(q, ids))
      wishes.push_back(ids.make_command(std::move(*body), as_job(q.id)));
  std::uint64_t done = 0;
  if (wishes.empty())
    co_return checked<std::uint64_t>{boost::system::in_place_value, done};
  auto outcomes = co_await ask(e.use.node, set.log, std::move(wishes));
  for (const auto& outcome : outcomes) {
    if (outcome)
      ++done;
    else if (outcome.error().code != errc::wrong_state && outcome.error().code != errc::not_found)
      co_return to_problem(outcome.error());
  }
  co_return checked<std::uint64_t>{boost::system::in_place_value, done};
}

/// Wishes something of every question of the set, page by page, and counts what was taken.
asio::awaitable<checked<std::uint64_t>> wish_all(exchange& e, const question_set& set,
                                                 id_maker& ids, const wish_for& wish) {
  std::uint64_t done = 0;
  std::optional<question_id> after;
  do {
    auto page = co_await run_blocking(e.use.pool, [&] {
      return queries::list_questions(e.use.node.view(), set.log, set.name, after,
                                     limits::questions_page_max);
    });
    if (!page)
      co_return to_problem(page.error());
    auto more = co_await wish_page(e, set, *page, ids, wish);
    if (!more)
      co_return more.error();
    done += *more;
    after = page->next;
  } while (after);
  co_return checked<std::uint64_t>{boost::system::in_place_value, done};
}

handlers::outcome change_set(exchange& e, std::string counted, wish_for wish) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_whole(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  if (auto wrong = check_empty_request(*body))
    co_return *wrong;
  auto set = set_in_path(e);
  if (!set)
    co_return set.error();
  std::set<log_number> logs{set->log};
  auto late = co_await catch_up_with(e, std::move(logs));
  if (late)
    co_return *late;
  keyed_work work = [&](id_maker& ids) -> handlers::outcome {
    auto done = co_await wish_all(e, *set, ids, wish);
    if (!done)
      co_return done.error();
    json data;
    data[counted] = *done;
    co_return to_data_response(std::move(data), 202);
  };
  auto body_digest = sha256(*body);
  co_return co_await once(e, body_digest, std::move(work));
}

checked<std::string> parse_explanation(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader reader{*value};
  reader.require("explanation");
  auto explanation = reader.prose("explanation", explanation_bytes_max);
  if (auto wrong = reader.finish())
    return *wrong;
  return checked<std::string>{boost::system::in_place_value, std::move(*explanation)};
}

} // namespace

handlers::outcome handlers::write_explanation(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_json(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  auto explanation = parse_explanation(*body);
  if (!explanation)
    co_return explanation.error();
  auto q = co_await look(e, [&] { return question_in_path(e); });
  if (!q)
    co_return q.error();
  id_maker ids{e.use.node.time()};
  answer_question wish{q->id, to_answer_text(*explanation, "manual")};
  auto outcome = co_await ask_one(e.use.node, log_of(q->id), ids.make_command(std::move(wish)));
  co_return to_question_response(outcome, 200);
}

handlers::outcome handlers::regenerate_explanation(exchange& e) {
  if (auto wrong = query_reader{e.head.parameters}.finish())
    co_return *wrong;
  auto body = co_await read_whole(e, e.use.limits.change_bytes);
  if (!body)
    co_return body.error();
  if (auto wrong = check_empty_request(*body))
    co_return *wrong;
  auto q = co_await look(e, [&] { return question_in_path(e); });
  if (!q)
    co_return q.error();
  auto text = queries::text_of_question(e.use.node.view(), q->id);
  if (!text)
    co_return to_problem(text.error());
  auto by = co_await active_explainer(e);
  if (!by)
    co_return by.error();
  keyed_work work = [&](id_maker& ids) -> outcome {
    auto wish = ids.make_command(ask_again(*q, *text, *by, ids, true));
    auto outcome = co_await ask_one(e.use.node, log_of(q->id), std::move(wish));
    co_return to_question_response(outcome, 202);
  };
  auto body_digest = sha256(*body);
  co_return co_await once(e, body_digest, std::move(work));
}

handlers::outcome handlers::retry_failed_questions(exchange& e) {
  auto by = co_await active_explainer(e);
  if (!by)
    co_return by.error();
  const auto& view = e.use.node.view();
  wish_for wish = [&view, &by](const question& q, id_maker& ids) -> std::optional<command_body> {
    if (q.state != question_state::failed)
      return std::nullopt;
    auto text = queries::text_of_question(view, q.id);
    if (!text)
      return std::nullopt;
    return ask_again(q, *text, *by, ids, false);
  };
  co_return co_await change_set(e, "retried", std::move(wish));
}

handlers::outcome handlers::cancel_questions(exchange& e) {
  wish_for wish = [](const question& q, id_maker&) -> std::optional<command_body> {
    if (!is_live(q.state))
      return std::nullopt;
    return cancel_question{q.id};
  };
  co_return co_await change_set(e, "cancelled", std::move(wish));
}

handlers::outcome handlers::delete_question_set(exchange& e) {
  wish_for wish = [](const question& q, id_maker&) -> std::optional<command_body> {
    return remove_question{q.id};
  };
  co_return co_await change_set(e, "deleted", std::move(wish));
}

} // namespace dure::gateway
