#pragma once

#include "actors/core/job.hpp"
#include "actors/core/state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

/// What jobs have made and which blobs they use, answered from rows alone. Pure; every answer
/// states what it costs.
namespace queries {

/// Returns at most `limit` of a job's artifacts by name, those after `after`. O(answers).
result<std::vector<artifact>> artifacts_of(const state_reader& state, const job& j,
                                           std::string_view after, std::size_t limit);

/// Returns an artifact of a job, or errc::not_found. O(1).
result<artifact> find_artifact(const state_reader& state, const job& j, std::string_view name);

/// What an attempt said.
struct kept_log {
  std::uint16_t attempt = 0;
  blob_ref log;

  bool operator==(const kept_log&) const = default;
};

/// Returns the logs of a job's attempts, oldest first. O(attempts).
result<std::vector<kept_log>> logs_of(const state_reader& state, const job_id& id);

/// Returns whether any job of the log uses the blob, or one of its snapshots is in it. O(1).
result<bool> is_blob_used(const state_reader& state, log_number log, std::string_view sha256);

/// Returns whether a job of the log that has not ended uses the blob. Looks at no more than
/// `users_max` users: with more of them, the answer is yes. O(users).
result<bool> is_blob_needed(const state_reader& state, log_number log, std::string_view sha256,
                            std::size_t users_max);

/// Returns the longest hard timeout of a running job: what is not referred to for much longer than
/// that is in nobody's hands. O(running jobs).
result<std::chrono::seconds> longest_hard_timeout(const state_reader& state, log_number log);

} // namespace queries
} // namespace dure
