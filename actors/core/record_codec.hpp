#pragma once

#include "actors/core/error.hpp"
#include "actors/core/record.hpp"

#include <string>
#include <string_view>

namespace dure {

/// The only writer and reader of durable journal bytes. Golden files in tests/unit/core/golden hold
/// every version.
///
/// Layout, integers little-endian, `v` = LEB128 varint, text = v length + bytes:
///   "DR" | format u8 (1) | flags u8 (0) | log u16 | epoch u64 | index u64 | time i64 (ms) | boot
///   16 bytes | node text | previous hash 16 bytes | v entries | entry… | own hash 16 bytes
///   entry: command id 16 bytes | by text | v events | event…
///   event: type u8 | v body bytes | body
/// The own hash covers every byte before it, so it is checksum, identity and link of the chain in
/// one. Every format begins with "DR" and its number and ends with the own hash.
inline constexpr std::uint8_t record_format = 1;

/// Returns the bytes of `r`. Well under 1 µs an event.
encoded_record encode(const record& r);

/// Returns the record, errc::corrupt for anything malformed, or errc::newer_node_needed for an
/// unknown format or event type. Never reads outside `bytes`; never allocates more than a small
/// multiple of them.
result<record> decode_record(std::string_view bytes);

/// Returns the hash that `bytes` carry, after checking it; errc::corrupt when it does not match.
result<record_hash> hash_of(std::string_view bytes);

/// Returns the hash that `bytes` end with, unchecked: for bytes that were checked when they came.
/// Requires: at least 16 bytes.
record_hash trailing_hash(std::string_view bytes);

/// Writes a record entry by entry while it is being decided, so that its size is known before it is
/// closed. One owner.
class record_writer {
public:
  /// Appends an entry and returns true; or changes nothing and returns false, when the record would
  /// become larger than limits allow.
  bool add(const command_id& id, std::string_view by, const std::vector<event>& events);

  bool empty() const { return entries_ == 0; }

  /// Returns the record: `head` with all entries added so far (its own `entries` are not looked
  /// at). The writer is empty again.
  encoded_record finish(const record& head);

  void clear();

private:
  std::string body_;
  std::string scratch_;
  std::size_t entries_ = 0;
  std::size_t events_ = 0;
};

} // namespace dure
