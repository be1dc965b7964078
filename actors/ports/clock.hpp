#pragma once

#include "actors/core/time.hpp"

#include <cstdint>

namespace dure {

/// Where time and chance come from. Thread-safe.
class clock {
public:
  virtual ~clock() = default;

  virtual timestamp now() const = 0;
  virtual monotonic ticks() const = 0;

  /// Returns 64 unpredictable bits.
  virtual std::uint64_t random() = 0;
};

} // namespace dure
