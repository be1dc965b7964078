#pragma once

#include "actors/core/event.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/provider.hpp"
#include "actors/core/state.hpp"

#include <cstddef>

/// What a log knows of the provider that its jobs ask. Inside the ledger only.
///
///     answers -> (5 failures in a row) down: blocked, then one probe at a time -> answers
namespace dure::ledger {

result<provider_row> provider_of(const state_reader& state, log_number log);

/// Returns how many jobs the provider's state allows to run at once.
std::size_t leases_allowed(const provider_row& row, timestamp now);

/// Adds what the end of an attempt says of the provider and of its cost.
result<void> note_success(const state_reader& state, const complete& c, decision& made,
                          const context& at);
result<void> note_failure(const state_reader& state, const fail& c, decision& made,
                          const context& at);

/// Returns whether the provider counts as down, so that this failure is not the job's own.
result<bool> is_providers_fault(const state_reader& state, std::string_view code, log_number log);

result<void> apply_one(overlay& state, const events::rate_configured& e, const context& at);
result<void> apply_one(overlay& state, const events::provider_seen& e, const context& at);
result<void> apply_one(overlay& state, const events::rate_observed& e, const context& at);

} // namespace dure::ledger
