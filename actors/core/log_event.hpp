#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/snapshot.hpp"

#include <string>

/// Facts about a log itself, not about what it holds.
namespace dure::events {

/// The first event of an epoch.
struct leader_claimed {
  epoch_number epoch{};
  std::string node;
  boot_id boot;

  bool operator==(const leader_claimed&) const = default;
};

/// Says nothing; its being taken proves that the leader leads.
struct barrier {
  bool operator==(const barrier&) const = default;
};

/// The state at this record is to become a snapshot.
struct snapshot_begun {
  bool operator==(const snapshot_begun&) const = default;
};

/// A snapshot lies among the blobs.
struct snapshot_taken {
  snapshot made;

  bool operator==(const snapshot_taken&) const = default;
};

/// It was read back and is whole: the log may be trimmed for its sake.
struct snapshot_verified {
  journal_index index{};

  bool operator==(const snapshot_verified&) const = default;
};

} // namespace dure::events
