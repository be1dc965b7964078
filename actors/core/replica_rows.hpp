#pragma once

#include "actors/core/error.hpp"
#include "actors/core/record.hpp"
#include "actors/core/state.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dure {

/// Where a replica's store stands in its log: the row of family `meta`, written with every record.
struct log_position {
  journal_index index{}; ///< Of the last record applied.
  record_hash hash;      ///< Of that record: the end of the chain so far.
  timestamp time{};      ///< Of that record.
  timestamp created{};   ///< Of the stream it came from; zero before the first record.
  epoch_number epoch{};  ///< The highest claimed, and who leads by it.
  std::string leader;
  boot_id leader_boot;
  std::uint64_t log_bytes = 0; ///< Of the records after the last one that began a snapshot.

  bool operator==(const log_position&) const = default;
};

/// Returns where the store stands in `log`: the beginning, when it has never seen a record of it.
result<log_position> read_position(const state_reader& state, log_number log);

/// The row of a position as bytes; decoding is errc::corrupt or errc::newer_node_needed.
std::string encode(const log_position& position);
result<log_position> decode_position(std::string_view row);

/// Notes in `state` that `bytes` were applied as the record that `position` names.
void write_position(overlay& state, log_number log, const log_position& position,
                    std::string bytes);

/// Returns the index of the oldest record from `from` on whose raw bytes are kept, or nothing.
/// O(1).
result<std::optional<journal_index>> first_raw_record(const state_reader& state, log_number log,
                                                      journal_index from = {});

/// Returns the raw bytes of an applied record, or nothing when they are not kept (any more).
result<std::optional<std::string>> read_raw_record(const state_reader& state, log_number log,
                                                   journal_index index);

} // namespace dure
