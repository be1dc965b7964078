#pragma once

#include "actors/core/command.hpp"
#include "actors/core/queries.hpp"
#include "gateway/api/problem.hpp"
#include "gateway/api/queue_directory.hpp"
#include "gateway/api/response.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

enum class bulk_action : std::uint8_t { cancel, retry, remove, reprioritise };

/// What POST /api/v1/jobs/bulk asks for: one change of many jobs, named one by one or by a filter.
struct bulk_request {
  bulk_action action = bulk_action::cancel;
  std::int16_t priority = 0; ///< Of reprioritise.
  bool dry_run = false;      ///< Says what would be done, and does nothing.
  std::vector<job_id> ids;
  std::optional<queries::job_filter> filter; ///< Instead of ids; only jobs that the action fits.
  std::optional<queries::list_position> after;
};

/// The jobs that one request is about.
struct bulk_selection {
  std::vector<job_id> ids;
  std::optional<queries::list_position> next; ///< More match behind here.
};

/// What became of one of them.
struct bulk_outcome {
  job_id id;
  checked<std::string> state; ///< Its state's word, "deleted", or why it was left alone.
};

/// Returns what the body asks for.
checked<bulk_request> parse_bulk_request(std::string_view body, const queue_directory& queues);

/// Returns the jobs to change: at most limits::batch_jobs_max, oldest first. Walks the view, so not
/// on a thread that others wait for.
result<bulk_selection> select_jobs(const state_reader& view, const bulk_request& request);

/// Returns the wish that changes one job.
command_body to_wish(const bulk_request& request, const job_id& id);

/// Returns what the leader's answer to that wish means.
bulk_outcome to_outcome(const bulk_request& request, const job_id& id, const result<answer>& told,
                        timestamp now);

/// Returns what would become of the job.
bulk_outcome foresee(const state_reader& view, const bulk_request& request, const job_id& id,
                     timestamp now);

/// Returns {action, dry_run, matched, done, refused, jobs, next}.
response to_bulk_response(const bulk_request& request, const bulk_selection& selected,
                          const std::vector<bulk_outcome>& outcomes);

} // namespace dure::gateway
