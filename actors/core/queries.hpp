#pragma once

#include "actors/core/job.hpp"
#include "actors/core/queue.hpp"
#include "actors/core/state.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What people ask about jobs, answered from rows alone. Pure; every answer states what it costs.
namespace dure::queries {

/// Returns the job, errc::gone when it was removed within the last minutes, or errc::not_found.
result<job> find_job(const state_reader& state, const job_id& id);

/// Returns how many jobs are in each state. O(1).
result<job_counts> counts_of_log(const state_reader& state, log_number log);
result<job_counts> counts_of_kind(const state_reader& state, log_number log, std::string_view kind);
result<job_counts> counts_of_group(const state_reader& state, log_number log,
                                   std::string_view group);

/// Returns when the oldest pending job of the log was made, or nothing when none is pending. O(1).
result<std::optional<timestamp>> oldest_pending(const state_reader& state, log_number log);

/// Returns since when a job that has not ended could have had its (next) attempt: it was made, its
/// time had come, and the attempt before was over.
timestamp waits_since(const job& j);

/// Returns since when the job that waits longest could have been started, or nothing when none is
/// pending. Looks at the few oldest pending jobs only: behind them a retried one may wait longer.
result<std::optional<timestamp>> longest_wait_since(const state_reader& state, log_number log);

/// Returns the nodes that hold leases of this log. Costs a seek for each.
result<std::vector<std::string>> nodes_with_leases(const state_reader& state, log_number log);

/// Returns the settings that the log keeps to now, and whether it ever had any.
result<queue_settings> settings_of(const state_reader& state, log_number log);

/// Returns a record of the log, or errc::not_found.
struct found_record {
  std::string value; ///< JSON text.
  std::uint64_t version = 0;
};

result<found_record> find_record(const state_reader& state, log_number log, std::string_view key);

/// Which jobs a list shows. Everything given must hold.
struct job_filter {
  std::vector<log_number> logs;
  std::vector<job_state> states;       ///< Empty: any.
  std::vector<job_state> fresh_only;   ///< Of jobs in these states, those never started.
  std::vector<job_state> started_only; ///< Of jobs in these states, those that were.
  std::string kind;
  std::string group;
  std::string tag;
  std::optional<timestamp> created_after;  ///< Exclusive.
  std::optional<timestamp> created_before; ///< Exclusive.
  std::function<bool(const job&)> also;    ///< Nothing: no further condition. Must not throw.
};

enum class job_order : std::uint8_t { created, created_descending, status, status_descending };

/// Where a page ended: the next one begins behind it.
struct list_position {
  job_state state = job_state::scheduled; ///< Matters when ordered by status.
  job_id id;

  bool operator==(const list_position&) const = default;
};

struct job_page {
  std::vector<job> jobs;
  std::optional<list_position> next; ///< Nothing: there are no more.
};

/// Returns at most `limit` jobs behind `after`. Walks the narrowest index there is, leaves out logs
/// whose counters know of no such job, and looks at no more than limits::list_rows_looked_at_max
/// rows: a page may be short, or empty, and still have a `next`. The state may change meanwhile.
result<job_page> list_jobs(const state_reader& state, const job_filter& filter, job_order order,
                           const std::optional<list_position>& after, std::size_t limit);

/// Returns how many jobs a filter of logs, states and at most one of kind and group shows; nothing
/// for any other. O(logs).
result<std::optional<std::uint64_t>> count_jobs(const state_reader& state,
                                                const job_filter& filter);

/// Why a job does not run now.
enum class wait_reason : std::uint8_t {
  scheduled,   ///< Its time has not come.
  retry,       ///< A failed attempt is followed by another one later.
  paused,      ///< Its queue is paused.
  concurrency, ///< Its queue runs as many jobs as it may.
  quota,       ///< The model's quota: `detail` says for about how long.
  provider,    ///< The provider does not answer or asked to wait: `detail` says what it said.
  position,    ///< Others are before it, or it is next.
  no_node,     ///< No living node offers its kind. Known to gateways alone.
};

std::string_view to_string(wait_reason reason);

struct waiting {
  wait_reason reason = wait_reason::position;
  std::string detail; ///< A sentence where the reason alone says too little; otherwise empty.
  std::optional<std::uint64_t>
      position;                   ///< 1: next of its kind. Nothing beyond limits::position_max.
  std::optional<timestamp> until; ///< When that is known.
  std::chrono::seconds about{};   ///< How long until then, where it is an estimate.
};

/// Returns why `j` waits, or nothing when it is running or has ended. O(position).
result<std::optional<waiting>> why_waiting(const state_reader& state, const job& j, timestamp now);

} // namespace dure::queries
