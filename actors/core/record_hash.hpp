#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dure {

/// Identifies a record: XXH3-128 over the previous record's hash and all of this record's own
/// bytes. Not a secret keeper: it tells forks and damage apart, nobody outside writes records.
struct record_hash {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const record_hash&) const = default;
};

std::string to_string(const record_hash& h); ///< 32 hex digits; also the record's Nats-Msg-Id.

/// Returns the hash of `bytes`.
record_hash hash_bytes(std::string_view bytes);

/// The same hash over bytes that come in pieces. One owner.
class running_hash {
public:
  running_hash();
  ~running_hash();

  void add(std::string_view bytes);

  /// Returns the hash of all that was added so far.
  record_hash value() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace dure
