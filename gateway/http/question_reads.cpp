#include "actors/core/limits.hpp"
#include "gateway/api/question_view.hpp"
#include "gateway/api/time_text.hpp"
#include "gateway/http/blocking.hpp"
#include "gateway/http/handlers.hpp"
#include "gateway/http/question_sets.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr std::size_t list_default = 50;
constexpr std::size_t list_max = 500;
constexpr std::size_t cursor_bytes_max = 36;

/// Which questions of a set are asked for.
struct page_request {
  std::optional<question_id> after;
  std::size_t limit = 0;
};

checked<page_request> parse_page(const exchange& e, std::size_t usual, std::size_t most) {
  query_reader q{e.head.parameters};
  page_request page;
  page.limit = static_cast<std::size_t>(q.integer("limit", 1, most).value_or(usual));
  if (auto cursor = q.text("cursor", cursor_bytes_max)) {
    if (auto id = parse_uuid(*cursor))
      page.after = question_id{*id};
    else
      q.reject("cursor", "is none of ours");
  }
  if (auto wrong = q.finish())
    return *wrong;
  return page;
}

std::optional<problem> check_no_query(const exchange& e) {
  return query_reader{e.head.parameters}.finish();
}

json next_of(const queries::question_page& page) {
  return page.next ? json(to_string(*page.next)) : json(nullptr);
}

checked<response> status_of_set(const state_reader& view, const question_set& set,
                                const page_request& wanted, language in) {
  auto counts = queries::counts_of_set(view, set.log, set.name);
  if (!counts)
    return to_problem(counts.error());
  auto page = queries::list_questions(view, set.log, set.name, wanted.after, wanted.limit);
  if (!page)
    return to_problem(page.error());
  auto questions = json::array();
  for (const auto& q : page->questions)
    questions.push_back(to_status_json(q));
  json data{{"summary", to_summary_json(*counts)},
            {"failures", to_failures_json(*counts, in)},
            {"cost", to_cost_json(counts->cost, counts->possibly_charged)},
            {"questions", std::move(questions)}};
  if (page->next)
    data["next"] = next_of(*page);
  return to_data_response(std::move(data));
}

checked<response> list_page(const state_reader& view, const question_set& set,
                            const page_request& wanted, language in) {
  auto counts = queries::counts_of_set(view, set.log, set.name);
  auto page = queries::list_questions(view, set.log, set.name, wanted.after, wanted.limit);
  if (!counts || !page)
    return to_problem(counts ? page.error() : counts.error());
  auto list = json::array();
  auto visited = visit_texts(view, *page, [&](const question& q, const std::string& text) {
    list.push_back(to_json(q, text, in));
  });
  if (!visited)
    return to_problem(visited.error());
  json body{{"success", true},
            {"data", std::move(list)},
            {"total", to_summary_json(*counts)["total"]},
            {"next", next_of(*page)}};
  response r;
  r.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return checked<response>{boost::system::in_place_value, std::move(r)};
}

} // namespace

handlers::outcome handlers::read_set_queue(exchange& e) {
  if (auto wrong = check_no_query(e))
    co_return *wrong;
  auto set = seen_set_in_path(e);
  if (!set)
    co_return set.error();
  auto status = set_queue_status(e.use.node.view(), *set);
  if (!status)
    co_return to_problem(status.error());
  co_return to_data_response(std::move(*status));
}

handlers::outcome handlers::read_set_status(exchange& e) {
  auto page = parse_page(e, limits::questions_page_max, limits::questions_page_max);
  if (!page)
    co_return page.error();
  auto set = seen_set_in_path(e);
  if (!set)
    co_return set.error();
  const auto& view = e.use.node.view();
  auto in = e.head.speaks;
  auto r = co_await run_blocking(e.use.pool, [&] { return status_of_set(view, *set, *page, in); });
  if (!r)
    co_return r.error();
  co_return with_entity_tag(std::move(*r), e.head.if_none_match);
}

handlers::outcome handlers::list_questions(exchange& e) {
  auto page = parse_page(e, list_default, list_max);
  if (!page)
    co_return page.error();
  auto set = seen_set_in_path(e);
  if (!set)
    co_return set.error();
  const auto& view = e.use.node.view();
  auto in = e.head.speaks;
  co_return co_await run_blocking(e.use.pool, [&] { return list_page(view, *set, *page, in); });
}

handlers::outcome handlers::read_question(exchange& e) {
  if (auto wrong = check_no_query(e))
    co_return *wrong;
  auto q = question_in_path(e);
  if (!q)
    co_return q.error();
  auto text = queries::text_of_question(e.use.node.view(), q->id);
  if (!text)
    co_return to_problem(text.error());
  auto r = to_data_response(to_json(*q, *text, e.head.speaks));
  co_return with_entity_tag(std::move(*r), e.head.if_none_match);
}

handlers::outcome handlers::read_question_status(exchange& e) {
  if (auto wrong = check_no_query(e))
    co_return *wrong;
  auto q = question_in_path(e);
  if (!q)
    co_return q.error();
  auto data = to_status_json(*q);
  data.erase("id");
  data.erase("questionNumber");
  auto r = to_data_response(std::move(data));
  co_return with_entity_tag(std::move(*r), e.head.if_none_match);
}

} // namespace dure::gateway
