#pragma once

#include "actors/core/error.hpp"
#include "actors/core/record_hash.hpp"
#include "actors/core/replica_rows.hpp"
#include "actors/core/state.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dure {

/// A log's whole state as bytes: what a snapshot's blob holds. Every row of the ledger's families,
/// none of the replica's own (`tail`, `meta`).
///
/// Layout, in the words of record_codec.hpp:
///   "DS" | format u8 (1) | log u16 | the row of the log's place, text
///   row: family u8 (its number + 1) | key text | value text
///   0 u8 | v rows | digest 16 bytes
/// The digest is XXH3-128 over the rows' bytes, in the order of families and keys: equal on every
/// replica that stands at the same index.
inline constexpr std::uint8_t snapshot_format = 1;

/// Rows may be so large; what says otherwise is damaged.
inline constexpr std::size_t snapshot_row_bytes_max = 16 * 1024 * 1024;

struct snapshot_line {
  family in{};
  std::string key;
  std::string value;
};

/// Visits the rows that snapshots hold, one after another, until `visit` fails. O(rows).
result<void>
for_each_row(const state_reader& state, log_number log,
             const std::function<result<void>(family, std::string_view, std::string_view)>& visit);

/// Returns the digest of a log's rows as they are; errc::cancelled when `goes_on` says no more.
/// O(rows).
result<record_hash> digest_of(
    const state_reader& state, log_number log,
    const std::function<bool()>& goes_on = [] { return true; });

/// Makes the bytes of a snapshot. One owner.
class snapshot_writer {
public:
  snapshot_writer(log_number log, const log_position& at);

  void add(family in, std::string_view key, std::string_view value);

  /// Returns the bytes made since it was last called.
  std::string take();

  /// Ends the snapshot and returns its digest; `take` once more.
  record_hash finish();

private:
  std::string bytes_;
  std::size_t counted_ = 0; ///< Of `bytes_`: in the digest, or not to be.
  std::uint64_t rows_ = 0;
  running_hash digest_;
};

/// Takes a snapshot apart as its bytes come. Trusts nothing. One owner; memory: one row and what
/// was fed last.
class snapshot_parser {
public:
  explicit snapshot_parser(log_number log) : log_{log} {}

  void feed(std::string_view bytes);

  /// Returns the next row, or nothing when more bytes are needed or all was read. errc::corrupt,
  /// errc::newer_node_needed.
  result<std::optional<snapshot_line>> next();

  /// Returns whether the end was read and the digest found to be right.
  bool ended() const { return ended_; }

  /// Where the snapshot stands; after the first row, or the end.
  const log_position& at() const { return at_; }

  /// Requires: ended().
  const record_hash& digest() const { return found_; }

private:
  result<bool> take_head();
  result<std::optional<snapshot_line>> take_line();
  result<std::optional<snapshot_line>> take_end();

  log_number log_;
  std::string bytes_;
  std::size_t read_ = 0; ///< Of `bytes_`.
  bool head_read_ = false;
  bool ended_ = false;
  std::uint64_t rows_ = 0;
  log_position at_;
  running_hash digest_;
  record_hash found_;
};

} // namespace dure
