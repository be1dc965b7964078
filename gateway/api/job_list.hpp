#pragma once

#include "actors/core/queries.hpp"
#include "gateway/api/job_view.hpp"
#include "gateway/api/query_reader.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/api/response.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

inline constexpr std::size_t list_limit_default = 50;

/// Beyond this many jobs a list is walked by cursor.
inline constexpr std::size_t list_offset_max = 10'000;

/// What GET /api/v1/jobs asks for.
struct list_request {
  queries::job_filter filter; ///< Its logs are those of the queue, or all.
  queries::job_order order = queries::job_order::created_descending;
  std::optional<queries::list_position> after;
  std::size_t limit = list_limit_default;
  std::size_t offset = 0;
};

/// A page and, where it is known, how many there are on all pages.
struct list_answer {
  queries::job_page page;
  std::vector<job_surroundings> around; ///< Of the page's jobs, one by one; empty: unknown.
  std::optional<std::uint64_t> total;
};

/// Returns the list that the parameters ask for, or what is wrong with them.
checked<list_request> parse_list_request(const query& parameters, const queue_directory& queues);

/// Reads `order_by`, `limit`, `cursor` and `offset`.
void read_page_parameters(query_reader& parameters, list_request& request);

/// Walks the view. Looks at up to limits::list_rows_looked_at_max rows, so not on a thread that
/// others wait for.
result<list_answer> read_list(const state_reader& view, const list_request& request);

/// Returns {jobs, total, next} with Link to the first and the next page. `path` and `parameters`
/// are those of the request.
response to_list_response(const list_answer& answer, const list_request& request,
                          std::string_view path, const query& parameters, language in);

/// Returns what is known of a job of the page beyond its row.
job_surroundings surroundings_of(const list_answer& answer, std::size_t index);

/// Returns the same with other `items` under another `name`.
response to_page_response(std::string_view name, nlohmann::json items, const list_answer& answer,
                          const list_request& request, std::string_view path,
                          const query& parameters);

/// Returns where a page ended, opaque and fit for a URL.
std::string to_cursor(const queries::list_position& p, queries::job_order order);

/// Returns the position, or nothing when the text is no cursor or belongs to another order.
std::optional<queries::list_position> parse_cursor(std::string_view text, queries::job_order order);

} // namespace dure::gateway
