#pragma once

#include "actors/core/command.hpp"
#include "actors/core/event.hpp"
#include "actors/core/journal_message.hpp"
#include "actors/core/replica_input.hpp"
#include "actors/core/replica_rows.hpp"
#include "actors/core/state.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dure {

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

// Snapshots. Each but the last three is answered by a snapshot_message.

/// Keep the log's rows as they are after the write before this one; walk them, and export them.
struct freeze {
  log_position at;
  bool exports = false;
};

/// Read the blob back.
struct check_snapshot {
  snapshot of;
};

/// Replace the log's rows by those of the snapshot, or by none.
struct install_snapshot {
  std::optional<snapshot> of;
};

/// Raw records below are not needed any more.
struct trim_tail {
  journal_index below{};
};

/// The log is to begin at `first`: what lies below goes. One that ends below is to go on there.
struct start_log_at {
  journal_index first{};
};

/// Have whoever leads decide this; nobody waits for the answer.
struct ask {
  command_body wish;
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
  record_hash hash;        ///< Of the record at `index`.
  timestamp created{};     ///< Of the stream, when it was last looked at.
  std::string leader;      ///< The node that claimed `epoch`; empty: nobody ever did.
  bool rebuilding = false; ///< The view began empty, or anew, and has not caught up since: it may
                           ///< show what is older than what it showed in an earlier life.
  std::string why_not;     ///< One sentence when it neither leads nor follows a leader (recovering,
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
                 replica_effect::freeze, replica_effect::check_snapshot,
                 replica_effect::install_snapshot, replica_effect::trim_tail,
                 replica_effect::start_log_at, replica_effect::ask, replica_effect::reply,
                 replica_effect::standing, replica_effect::halt>;
using replica_effects = std::vector<replica_effects_item>;

} // namespace dure
