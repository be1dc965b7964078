#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/job.hpp"
#include "actors/core/record_hash.hpp"

#include <optional>
#include <vector>

namespace dure {

/// A log's state at one index, kept as a blob (snapshot_codec.hpp).
struct snapshot {
  journal_index index{};
  record_hash hash; ///< Of the record at `index`.
  blob_ref blob;
  record_hash digest; ///< Of the rows: equal on every replica at `index`.

  bool operator==(const snapshot&) const = default;
};

/// A snapshot, and whether it was read back: only then may the log be trimmed for its sake.
struct kept_snapshot {
  snapshot of;
  bool verified = false;

  bool operator==(const kept_snapshot&) const = default;
};

/// Family `logs`: the snapshots of a log, oldest first. At most two verified ones and a newer one.
struct snapshot_row {
  std::vector<kept_snapshot> kept;

  bool operator==(const snapshot_row&) const = default;
};

inline constexpr std::size_t verified_snapshots_max = 2;

/// Returns the index below which no record is needed any more: that of the older of two verified
/// snapshots; nothing while there are fewer.
std::optional<journal_index> trim_point(const snapshot_row& row);

} // namespace dure
