#pragma once

#include "actors/core/command.hpp"
#include "actors/core/journal_message.hpp"
#include "actors/core/record_hash.hpp"
#include "actors/core/snapshot_message.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dure {

/// Names a waiting caller of this replica.
enum class ticket : std::uint64_t {};

namespace replica_input {

/// Time has passed. Comes every 100 ms or so; one that comes 1 s late restarts the count of
/// silence.
struct tick {
  monotonic ticks{};
  timestamp now{};
};

/// Callers wish. Each is answered once by a `reply`, unless the process ends before.
struct wishes {
  monotonic ticks{};
  timestamp now{};
  std::vector<std::pair<ticket, command>> commands;
};

/// A worker waits for jobs until `until`. Held here while there are none; a newer one of the same
/// node and boot answers the older with nothing. Answered once by a `reply` with `granted`.
struct claim_wish {
  monotonic ticks{};
  timestamp now{};
  ticket caller{};
  command wish; ///< Its body is a claim.
  monotonic until{};
};

/// A reader missed something here and asks for proof that this replica leads: answered `accepted`
/// by a record that was begun after the question and was taken.
struct barrier_wish {
  monotonic ticks{};
  timestamp now{};
  ticket caller{};
};

/// Another replica of this log tells where it stands (a heartbeat): its `standing`.
struct peer {
  std::string node;
  boot_id boot;
  epoch_number epoch{};  ///< The highest it has applied.
  journal_index index{}; ///< Applied.
  record_hash hash;      ///< Of the record at `index`.
  bool leads = false;
  timestamp created{};  ///< Of the stream it last saw: which loss of the stream it speaks after.
  bool leaving = false; ///< Its node has begun to end.
  timestamp now{};      ///< By its own clock, when it told.
};

/// The nodes that may lead this log have become others.
struct members {
  std::vector<std::string> schedulers;
};

/// An operator's word: records that no living node has are given up.
struct accept_loss {};

/// The process wants to end: claim nothing new, answer waiting claims with nothing, lead no more
/// when idle.
struct drain {};

} // namespace replica_input

/// Everything a replica is told.
using replica_message =
    std::variant<replica_input::tick, replica_input::wishes, replica_input::claim_wish,
                 replica_input::barrier_wish, replica_input::peer, replica_input::members,
                 replica_input::accept_loss, replica_input::drain, journal_message,
                 snapshot_message>;

} // namespace dure
