#pragma once

#include "actors/core/command.hpp"
#include "actors/core/event.hpp"
#include "actors/core/journal_message.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/record.hpp"
#include "actors/core/state.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace dure {

/// Names a waiting caller of this replica.
enum class ticket : std::uint64_t {};

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
};

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

/// The process wants to end: claim nothing new, answer waiting claims with nothing, lead no more
/// when idle.
struct drain {};

} // namespace replica_input

/// Everything a replica is told.
using replica_message =
    std::variant<replica_input::tick, replica_input::wishes, replica_input::claim_wish,
                 replica_input::barrier_wish, replica_input::peer, replica_input::members,
                 replica_input::drain, journal_message>;

namespace replica_effect {

using append = append_record;

struct read {
  journal_index index{};
};

struct look {};

struct tail {
  journal_index from{};
};

struct stop_tail {};

/// Write this to the store before anything that follows in the list. `events` are what became true
/// by it.
struct write {
  state_delta delta;
  journal_index index{};
  timestamp time{};
  std::vector<event> events;
};

struct reply {
  ticket caller{};
  result<answer> outcome = answer{};
};

/// What this replica is now; told whenever it changes.
struct standing {
  bool leads = false;
  bool caught_up = false;
  epoch_number epoch{};
  journal_index index{};
  record_hash hash;    ///< Of the record at `index`.
  timestamp created{}; ///< Of the stream, when it was last looked at.
  std::string leader;  ///< The node that claimed `epoch`; empty: nobody ever did.
  std::string why_not; ///< One sentence when it neither leads nor follows a leader (recovering,
                       ///< journal away).

  bool operator==(const standing&) const = default;
};

/// An invariant of the log or the store is broken: do nothing more with this log, tell the
/// operator.
struct halt {
  errc code{};
  std::string reason;
};

} // namespace replica_effect

using replica_effects_item =
    std::variant<replica_effect::append, replica_effect::read, replica_effect::look,
                 replica_effect::tail, replica_effect::stop_tail, replica_effect::write,
                 replica_effect::reply, replica_effect::standing, replica_effect::halt>;
using replica_effects = std::vector<replica_effects_item>;

/// Who leads a log and what is taken: claim of leadership, append, resolution of lost acks,
/// fencing, catch-up, recovery of a lost stream from the tail, group commit, waiting claims.
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
