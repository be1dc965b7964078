#pragma once

#include "actors/core/job.hpp"
#include "actors/core/rows.hpp"
#include "actors/core/state.hpp"

#include <optional>
#include <string>
#include <vector>

/// The rows that follow from a job's row: indexes and counters. Inside the ledger only.
namespace dure::ledger {

struct index_row {
  family in{};
  std::string key;
  std::string value;
};

/// Returns a job's rows in ready, timers, by_state, by_group, leases and blob_uses: a function of
/// the job alone, so that these families can be rebuilt.
std::vector<index_row> index_rows(const job& j);

/// Puts `after` in the place of `before`; rows that are in both are left alone.
void replace_rows(overlay& state, const std::vector<index_row>& before,
                  std::vector<index_row> after);

/// One job's step in the counters.
struct count_step {
  std::optional<job_state> from; ///< Nothing: the job is new.
  std::optional<job_state> to;   ///< Nothing: the job is gone.
};

/// Moves `j` from one state to another in the counters of its log, kind and group, and starts or
/// stops the group's expiry.
result<void> count(overlay& state, const job& j, const count_step& step);

/// Returns when a group may go: when all of its jobs have ended, at the latest expiry of them;
/// never, as long as one lives or is kept until deleted.
std::optional<timestamp> due_of_group(const count_row& row);

/// Gives the unique key of `j`, if it has one, to `j`.
void hold_key(overlay& state, const job& j);

/// Frees the unique key of `j`, if `j` has it.
result<void> free_key(overlay& state, const job& j);

} // namespace dure::ledger
