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
