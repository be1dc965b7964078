#pragma once

#include "actors/core/ledger.hpp"
#include "actors/core/snapshot.hpp"
#include "actors/core/state.hpp"

namespace dure {

/// Returns the snapshots that a log's state knows of. O(1).
result<snapshot_row> snapshots_of(const state_reader& state, log_number log);

/// What the snapshot events change. Inside the ledger only.
namespace ledger {

result<void> apply_one(overlay& state, const events::snapshot_begun& e, const context& at);
result<void> apply_one(overlay& state, const events::snapshot_taken& e, const context& at);
result<void> apply_one(overlay& state, const events::snapshot_verified& e, const context& at);

} // namespace ledger
} // namespace dure
