#pragma once

#include "actors/core/event.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/provider.hpp"
#include "actors/core/state.hpp"

#include <cstddef>
#include <optional>

/// What a log knows of the provider that its jobs ask. Inside the ledger only.
///
///     answers -> (5 failures in a row, or a refused key) down: blocked, then one probe at a time
///     -> answers
namespace dure::ledger {

result<provider_row> provider_of(const state_reader& state, log_number log);

/// Returns how many jobs the provider's state allows to run at once.
std::size_t leases_allowed(const provider_row& row, timestamp now);

/// Adds what the end of an attempt says of the provider.
result<void> note_success(const state_reader& state, const complete& c, decision& made,
                          const context& at);
result<void> note_failure(const state_reader& state, const fail& c, decision& made,
                          const context& at);

/// Returns whether the provider refuses this one question as it refuses a key: it is known by being
/// refused again although others were answered since.
result<bool> is_refused_itself(const state_reader& state, const job& j, std::string_view code,
                               const context& at);

/// Returns when the job may be tried again if a failure with this code is not its own, since the
/// provider counts as down or refuses the key: later than the next probe, so that another question
/// is that. Nothing: it is the job's own.
result<std::optional<timestamp>> excuse(const state_reader& state, std::string_view code,
                                        const context& at);

result<void> apply_one(overlay& state, const events::rate_configured& e, const context& at);
result<void> apply_one(overlay& state, const events::provider_seen& e, const context& at);
result<void> apply_one(overlay& state, const events::rate_observed& e, const context& at);

} // namespace dure::ledger
