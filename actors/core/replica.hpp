#pragma once

#include "actors/core/replica_effect.hpp"
#include "actors/core/replica_input.hpp"
#include "actors/core/state.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dure {

/// What one replica knows about itself from the start.
struct replica_config {
  log_number log{};
  std::string node;
  boot_id boot;
  bool may_lead = true;                ///< A gateway only follows.
  std::vector<std::string> schedulers; ///< Every node that is known to be able to lead, this one
                                       ///< included; empty: not known yet.
  std::uint64_t seed = 0;              ///< For the random part of the silence before a claim.
  bool peers_beat = false; ///< Nodes with leases tell where they stand: one that is silent is lost.
  /// So many bytes of records, or as many as the last one had, lead to a snapshot.
  std::uint64_t snapshot_after_bytes = 64 * 1024 * 1024;
  std::string place{}; ///< What commands call the log, as in "documents 0".
};

/// Who leads a log and what is taken: claim of leadership, append, resolution of lost acks,
/// fencing, catch-up, recovery of a lost stream from the tail, snapshots and trimming, group
/// commit, waiting claims.
///
/// A deterministic machine: `step` takes what happened and returns what to do, in order. It reads
/// state through `base`, which must show every delta of an earlier `write` effect before the next
/// step. One owner; no clock, thread or I/O. The scheduler actor carries its messages; the
/// simulation runs this very class.
class replica {
public:
  replica(replica_config config, const state_reader& base);
  ~replica();

  /// Call once, first: reads where the store stands and asks for the stream.
  replica_effects start(monotonic ticks, timestamp now);

  replica_effects step(replica_message message);

private:
  struct machine;
  std::unique_ptr<machine> machine_;
};

} // namespace dure
