#include "gateway/api/job_list.hpp"

#include "gateway/api/job_filter.hpp"
#include "gateway/api/percent.hpp"

#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using queries::job_order;

constexpr std::pair<std::string_view, job_order> orders[] = {
    {"created_at", job_order::created},
    {"-created_at", job_order::created_descending},
    {"status", job_order::status},
    {"-status", job_order::status_descending},
};

/// The first character of a cursor; another form gets another one.
constexpr char cursor_form = 'a';

constexpr std::size_t words_bytes_max = 200;

constexpr std::size_t cursor_bytes_max = 100;

std::optional<job_order> parse_order(std::string_view word) {
  for (const auto& [name, order] : orders)
    if (name == word)
      return order;
  return std::nullopt;
}

void read_order(query_reader& q, list_request& request) {
  auto word = q.text("order_by", words_bytes_max);
  if (!word)
    return;
  if (auto order = parse_order(*word))
    request.order = *order;
  else
    q.reject("order_by", "Must be created_at, -created_at, status or -status.");
}

/// Returns whether finding the jobs means looking at others: skipping some could take any time.
bool is_sparse(const queries::job_filter& filter) {
  return !filter.tag.empty() || filter.also || filter.created_after || filter.created_before;
}

void read_place(query_reader& q, list_request& request) {
  auto cursor = q.text("cursor", cursor_bytes_max);
  auto offset = q.integer("offset", 0, list_offset_max);
  if (cursor && offset)
    q.reject("offset", "Must not be given with a cursor.");
  request.offset = offset.value_or(0);
  if (request.offset > 0 && is_sparse(request.filter))
    q.reject("offset", "Use cursor with this filter.");
  if (!cursor)
    return;
  request.after = parse_cursor(*cursor, request.order);
  if (!request.after)
    q.reject("cursor", "Is not a cursor of a list in this order.");
}

/// Returns the list's address with another cursor, or none.
std::string address_with(std::string_view path, const query& parameters, std::string_view cursor) {
  std::string address{path};
  char separator = '?';
  auto add = [&](std::string_view name, std::string_view value) {
    address += separator;
    address += percent_encoded(name) + "=" + percent_encoded(value);
    separator = '&';
  };
  for (const auto& [name, value] : parameters)
    if (name != "cursor" && name != "offset")
      add(name, value);
  if (!cursor.empty())
    add("cursor", cursor);
  return address;
}

/// Skips `offset` jobs by walking pages; offsets are for small pages only.
result<std::optional<queries::list_position>> skip(const state_reader& view,
                                                   const list_request& request) {
  auto after = request.after;
  for (auto left = request.offset; left > 0;) {
    auto page = queries::list_jobs(view, request.filter, request.order, after, left);
    if (!page)
      return page.error();
    left -= page->jobs.size();
    if (!page->next)
      return page->next;
    after = page->next;
  }
  return after;
}

} // namespace

checked<list_request> parse_list_request(const query& parameters, const queue_directory& queues) {
  query_reader q{parameters};
  list_request request;
  request.filter = read_job_filter(q, queues);
  read_page_parameters(q, request);
  if (auto wrong = q.finish())
    return *wrong;
  return request;
}

void read_page_parameters(query_reader& parameters, list_request& request) {
  read_order(parameters, request);
  read_place(parameters, request);
  request.limit = static_cast<std::size_t>(
      parameters.integer("limit", 1, limits::list_rows_max).value_or(list_limit_default));
}

result<list_answer> read_list(const state_reader& view, const list_request& request) {
  list_answer answer;
  auto total = queries::count_jobs(view, request.filter);
  if (!total)
    return total.error();
  answer.total = *total;
  auto after = skip(view, request);
  if (!after)
    return after.error();
  if (request.offset > 0 && !*after)
    return answer;
  auto page = queries::list_jobs(view, request.filter, request.order, *after, request.limit);
  if (!page)
    return page.error();
  answer.page = std::move(*page);
  return answer;
}

response to_list_response(const list_answer& answer, const list_request& request,
                          std::string_view path, const query& parameters, language in) {
  auto jobs = nlohmann::json::array();
  for (std::size_t i = 0; i < answer.page.jobs.size(); ++i)
    jobs.push_back(to_json(answer.page.jobs[i], surroundings_of(answer, i), in));
  return to_page_response("jobs", std::move(jobs), answer, request, path, parameters);
}

job_surroundings surroundings_of(const list_answer& answer, std::size_t index) {
  return index < answer.around.size() ? answer.around[index] : job_surroundings{};
}

response to_page_response(std::string_view name, nlohmann::json items, const list_answer& answer,
                          const list_request& request, std::string_view path,
                          const query& parameters) {
  auto next = answer.page.next ? to_cursor(*answer.page.next, request.order) : std::string{};
  nlohmann::json body{{std::string{name}, std::move(items)},
                      {"total", answer.total ? nlohmann::json(*answer.total) : nullptr},
                      {"next", next.empty() ? nlohmann::json(nullptr) : nlohmann::json(next)}};
  auto link = "<" + address_with(path, parameters, {}) + ">; rel=\"first\"";
  if (!next.empty())
    link += ", <" + address_with(path, parameters, next) + ">; rel=\"next\"";
  return {200,
          "application/json",
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
          {{"Link", std::move(link)}},
          {}};
}

std::string to_cursor(const queries::list_position& p, job_order order) {
  std::string text{cursor_form};
  text += static_cast<char>('0' + static_cast<int>(order));
  text += static_cast<char>('0' + static_cast<int>(p.state));
  return text + to_string(p.id);
}

std::optional<queries::list_position> parse_cursor(std::string_view text, job_order order) {
  constexpr std::size_t prefix_bytes = 3;
  if (text.size() <= prefix_bytes || text[0] != cursor_form ||
      text[1] != static_cast<char>('0' + static_cast<int>(order)))
    return std::nullopt;
  auto state = text[2] - '0';
  auto id = parse_uuid(text.substr(prefix_bytes));
  if (!id || state < 1 || state > static_cast<int>(job_state_count))
    return std::nullopt;
  return queries::list_position{static_cast<job_state>(state), job_id{*id}};
}

} // namespace dure::gateway
