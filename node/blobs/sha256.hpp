#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace dure::node {

/// The SHA-256 of bytes that come in pieces. One owner.
class sha256 {
public:
  sha256();
  ~sha256();

  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;

  void add(std::span<const std::byte> bytes);

  /// Returns the 32 bytes. To be called once, last.
  std::string finish();

private:
  struct context;
  std::unique_ptr<context> context_;
};

/// Returns lower-case hex digits.
std::string to_hex(std::string_view bytes);

} // namespace dure::node
