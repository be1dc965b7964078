#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dure::gateway {

using digest = std::array<std::uint8_t, 32>;

/// SHA-256 taken piece by piece. One owner.
class fingerprint {
public:
  fingerprint();
  ~fingerprint();
  fingerprint(fingerprint&&) noexcept;
  fingerprint& operator=(fingerprint&&) noexcept;

  void add(std::string_view bytes);

  /// Adds the bytes with their length before them, so that ("ab", "c") and ("a", "bc") differ.
  void add_field(std::string_view bytes);

  /// Ends it; nothing may be added afterwards.
  digest take();

private:
  struct state;
  std::unique_ptr<state> state_;
};

digest sha256(std::string_view bytes);

std::string to_hex(const digest& d);

/// Returns the weak entity tag of a body: W/"16 hex digits". Weak, because the same body may be
/// sent compressed or not.
std::string entity_tag(std::string_view body);

/// Returns whether an If-None-Match header names `tag` (weak comparison, "*" names everything).
bool names_tag(std::string_view if_none_match, std::string_view tag);

} // namespace dure::gateway
