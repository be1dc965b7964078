#pragma once

#include "actors/core/command.hpp"
#include "actors/core/event.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/state.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dure {

/// What a command leads to.
struct decision {
  std::vector<event> events; ///< Empty: nothing changes (a repeat, an answer from what is known).
  answer reply;
};

/// The rules of jobs: what may happen, and what follows from it.
///
/// Holds no state of its own: reads through `state_reader`, answers with values. Same events, same
/// rows, on every node.
namespace ledger {

/// Where a decision is made.
struct context {
  log_number log{};
  epoch_number epoch{}; ///< Of the deciding leader; goes into the leases that it grants.
  timestamp now{};      ///< The time of the record that the events will be part of.
  std::size_t grants_max = limits::claim_jobs_max; ///< What rate limits leave to a claim.
};

/// Returns the events that `c` leads to, or why it is refused. Changes nothing.
/// errc::store_failed, corrupt and newer_node_needed are failures of the state, not refusals: the
/// caller halts.
result<decision> decide(const state_reader& state, const command& c, const context& at);

/// Writes what one fact changes into `state`. Total on what `decide` made; deterministic; reads no
/// clock. `at.now` is the record's time. Fails only as reading fails, or with newer_node_needed.
result<void> apply(overlay& state, const event& e, const context& at);

/// Returns what time alone has made necessary at `at.now`, oldest first, at most `limit`. Costs
/// O(answers).
result<std::vector<command_body>> due(const state_reader& state, const context& at,
                                      std::size_t limit);

} // namespace ledger
} // namespace dure
