#include "node/wiring/system_clock.hpp"

#include "actors/core/error.hpp"

#include <chrono>
#include <sys/random.h>

namespace dure::node {

timestamp system_clock::now() const {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

monotonic system_clock::ticks() const {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return monotonic{std::chrono::floor<milliseconds>(since_start)};
}

std::uint64_t system_clock::random() {
  std::uint64_t bits = 0;
  // Cannot be short: the kernel gives up to 256 bytes at once.
  DURE_CHECK(::getrandom(&bits, sizeof bits, 0) == static_cast<ssize_t>(sizeof bits));
  return bits;
}

} // namespace dure::node
