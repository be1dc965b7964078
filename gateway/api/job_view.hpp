#pragma once

#include "actors/core/command.hpp"
#include "actors/core/job.hpp"
#include "actors/core/queries.hpp"
#include "gateway/api/problem.hpp"
#include "gateway/api/response.hpp"
#include "gateway/api/words.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace dure::gateway {

/// How far an attempt said it is.
struct attempt_progress {
  std::uint16_t attempt = 0;
  std::uint64_t done = 0;
  std::uint64_t total = 0; ///< 0: unknown.
  std::string step;
  std::string message;
};

/// What is known of a job beyond its row.
struct job_surroundings {
  std::optional<attempt_progress> progress; ///< The newest there is.
  std::optional<std::chrono::seconds> eta;
  std::optional<queries::waiting> waiting;
};

/// Returns how far the job is, 0 to 100; 100 only when it is completed.
int progress_percentage(const job& j, const std::optional<attempt_progress>& progress);

/// Returns the body of GET /api/v1/jobs/{id}: every field of the contract, null where there is
/// nothing.
nlohmann::json to_json(const job& j, const job_surroundings& around, language in);

/// Returns the body of GET /jobs/{id}: {job_id, status, progress, message, error}.
nlohmann::json to_legacy_json(const job& j, const job_surroundings& around, language in);

/// Returns {job_id, result} of a completed job, the result inline or streamed; a 409 with the
/// status of one that is not completed.
checked<response> to_result_response(const job& j);

/// Returns the answer to one submitted job, with its Location.
response to_submit_response(const job_taken& taken);

/// Returns the answer to a batch: {jobs: [{job_id, status} or {error}]}, in order.
response to_batch_response(const std::vector<checked<job_taken>>& outcomes);

/// Returns {job_id, status, cancel_requested, version} of a changed job.
response to_change_response(const job_changed& changed, int status);

/// Returns the 404, or 410 for a job that is gone. Rows of jobs outside groups go after
/// limits::finished_jobs_kept, so an unknown id that is older says gone as well.
problem absent_job_problem(const error& e, const job_id& id, timestamp now);

/// Returns the answer to a taken upload.
response to_upload_response(const job_taken& taken, const blob_ref& file,
                            std::string_view extension, language in);

} // namespace dure::gateway
