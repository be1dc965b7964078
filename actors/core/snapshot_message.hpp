#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/job.hpp"
#include "actors/core/record_hash.hpp"

#include <optional>
#include <variant>

namespace dure {

// What becomes of work on snapshots. Plain values, so that the simulation makes them too.

/// A frozen state was walked.
struct state_frozen {
  journal_index index{};
  record_hash digest;
  std::optional<blob_ref> blob; ///< When it was to be exported.
};

/// It could not be walked or exported.
struct freeze_failed {
  journal_index index{};
};

/// A snapshot's blob was read back.
struct snapshot_checked {
  journal_index index{};
  std::optional<record_hash> digest; ///< Found; nothing: it could not be read.
};

/// The rows of the log are those of the snapshot; or they are not, as it could not be read.
struct snapshot_installed {
  bool done = false;
};

using snapshot_message =
    std::variant<state_frozen, freeze_failed, snapshot_checked, snapshot_installed>;

} // namespace dure
