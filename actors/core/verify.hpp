#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dure {

/// What a check of one log found.
struct verification {
  std::uint64_t jobs = 0;
  std::uint64_t records = 0;       ///< In the tail.
  std::vector<std::string> broken; ///< One sentence each; empty: every rule holds.
};

inline constexpr std::size_t broken_rules_max = 100; ///< Nothing more is said after these.

/// Checks the rows of a log against each other: counters equal a recount, every index row belongs
/// to a job and every job has its index rows, attempts and states fit, at most one live job has a
/// unique key. O(rows) time, O(kinds + groups) memory. A failed read is an error, a broken rule is
/// a finding.
result<verification> verify_rows(const state_reader& state, log_number log);

/// Checks the kept raw records: consecutive, undamaged, chained, and ending where the log's place
/// says. O(records).
result<verification> verify_tail(const state_reader& state, log_number log);

} // namespace dure
