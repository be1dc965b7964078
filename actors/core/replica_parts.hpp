#pragma once

#include "actors/core/record_codec.hpp"
#include "actors/core/replica.hpp"
#include "actors/core/replica_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// What a replica has under way. Private to the replica_*.cpp files.
namespace dure::replica_part {

enum class phase : std::uint8_t {
  looking,    ///< Asks how far the log goes.
  checking,   ///< Reads the last record that log and store should share.
  recovering, ///< The log has lost records that this store has.
  seeking,    ///< Reads the log for a snapshot to start from.
  installing, ///< The store's rows are being replaced by a snapshot's.
  following,  ///< Applies what the log delivers.
  claiming,   ///< Its claim of leadership is in flight.
  leading,
  halted,
};

/// A wish that waits for room in a record; the replica's own have no caller.
struct waiting_wish {
  std::optional<ticket> caller;
  command wish;
  std::size_t bytes = 0;
};

struct waiting_claim {
  ticket caller{};
  command wish;
  monotonic until{};
};

/// The record that is being decided.
struct draft {
  bool open = false;
  bool full = false;
  record head; ///< Everything but its entries.
  record_writer entries;
  std::vector<event> events;
  std::vector<replica_effect::reply> replies;
};

/// A record that the log does not deliver, though it has later ones.
struct gap {
  journal_index at{};
  int met = 0; ///< So often in a row.
};

/// A state of this node's own, and what it came to.
struct frozen_state {
  journal_index index{};
  record_hash digest;
};

/// What is under way for snapshots. Times are since.
struct snapshot_work {
  std::vector<kept_snapshot> kept; ///< As the state says; read again when `stale`.
  bool stale = true;
  bool wished = false;                   ///< A new one is about to be begun.
  std::optional<journal_index> freezing; ///< Being walked.
  record_hash frozen_hash;               ///< Of the record at `freezing`.
  frozen_state frozen;                   ///< The last that was walked.
  std::optional<milliseconds> export_failed{};
  std::optional<snapshot> offered{}; ///< By this node, and not known to be taken.
  milliseconds since_offer{};
  milliseconds newest_for{};             ///< The newest of `kept` has been known.
  milliseconds ask_period{30'000};       ///< While seeking: after so long another one is asked for.
  std::optional<journal_index> checking; ///< Being read back.
  journal_index checked{};               ///< The last that was.
  milliseconds since_check{};
  journal_index trimmed{};
  milliseconds since_trim = milliseconds::max() / 2;
  journal_index sought{}; ///< While seeking: looked through so far.
};

/// The record that was appended and whose fate is not known yet.
struct flight {
  enum class stage {
    asked,   ///< The append is to be answered.
    reading, ///< Looks whether it is there.
    looking, ///< Refused and not there: looks how far the log goes.
    resting, ///< Until the next tick.
    parked,  ///< Until the log is whole again.
  };
  stage at = stage::asked;
  bool claims = false;  ///< It is a claim of leadership.
  bool refused = false; ///< The last append was.
  bool rested = true;   ///< It may be appended again at once.
  milliseconds tried{};
  log_position after; ///< Where the store stands once it is taken.
  std::vector<event> events;
  std::vector<replica_effect::reply> replies;
};

} // namespace dure::replica_part
