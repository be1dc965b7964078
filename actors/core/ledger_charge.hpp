#pragma once

#include "actors/core/event.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/state.hpp"

/// What attempts cost with an outside provider: who pays, and how often nobody hears for what.
/// Inside the ledger only.
namespace dure::ledger {

/// What is known of the cost of an attempt.
struct bill {
  job_cost cost{};
  bool possibly_charged = false; ///< Its request's answer was lost, or did not say what it cost.
  bool unheard = false;          ///< Nobody could tell of a request that was out.
};

/// Returns whether the end of a job says something of the provider that its log's jobs ask.
bool concerns_provider(const job_spec& spec);

/// Returns whether the provider may want money for an attempt at `j`.
bool may_be_paid(const job& j, const bill& of);

/// Returns whether the attempt may be left uncounted: it was free, or few were not.
bool may_be_spared(const job& j, const bill& of);

/// Says in the books what the end of an attempt, the only event of `made` that tells of `j`, does
/// not. Requires: that event is the last one.
void book(const job& j, const bill& of, decision& made);

/// Books what `j` has cost: on its first follower, else on the question that left it last while it
/// ran, else on that one's set, if there is anything left of it.
result<void> charge(overlay& state, const job& j, const job_cost& cost, bool maybe);

result<void> apply_one(overlay& state, const events::cost_booked& e, const context& at);

} // namespace dure::ledger
