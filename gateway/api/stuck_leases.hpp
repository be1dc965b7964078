#pragma once

#include "actors/core/command.hpp"
#include "actors/core/state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dure::gateway {

/// Leases that nobody works on any more, and the commands that end them.
struct stuck_leases {
  std::uint64_t leases = 0;
  std::vector<command_body> endings;
};

/// Returns the log's leases that are over their time, that belong to an earlier life of a node
/// which has leases of a later one, or that belong to the node `dead` (empty: none), which somebody
/// knows to be gone. Whether other nodes live cannot be told from rows. O(running jobs).
result<stuck_leases> find_stuck_leases(const state_reader& view, log_number log,
                                       const std::string& dead, timestamp now);

} // namespace dure::gateway
