#pragma once

#include "actors/core/job.hpp"
#include "actors/core/queue.hpp"
#include "actors/core/state.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// Kinds that no queue lists go to this queue.
inline constexpr std::string_view default_queue = "default";

/// All queues as the control log defines them: which queue a kind goes to, and which log a job
/// lives in. A value.
class queue_directory {
public:
  using queues = std::map<std::string, queue_definition, std::less<>>;

  explicit queue_directory(queues all) : queues_{std::move(all)} {}

  /// Returns the directory that the records of the local view make.
  static result<queue_directory> read(const state_reader& view);

  /// Returns the queue of that name, or null.
  const queue_definition* find(std::string_view name) const;

  /// Returns whether the log is a shard of some queue: nobody leads any other.
  bool has_log(log_number log) const;

  /// Returns where a job goes: its own queue when it names one, else the first that lists its kind,
  /// else `default`; null when there is no such queue.
  const queue_definition* queue_of(const job_spec& spec) const;

  const queues& all() const { return queues_; }

private:
  queues queues_;
};

/// Returns where the jobs of a group live: one shard of every queue.
std::vector<log_number> homes_of_group(const queue_directory& queues, std::string_view group);

/// Returns the shard of `q` where the job lives: by its group, else its unique key, else `random`.
/// Durable: jobs of a group stay together only as long as this never changes.
log_number home_log(const queue_definition& q, const job_spec& spec, std::uint64_t random);

/// Puts a job into its queue: sets its id, made of its log, `now` and `random`.
void place(job_spec& spec, const queue_definition& q, timestamp now, std::uint64_t random);

} // namespace dure::gateway
