#pragma once

#include "actors/ports/clock.hpp"

#include <chrono>
#include <random>

namespace dure::test {

/// The machine's time and chance.
class wall_clock final : public clock {
public:
  timestamp now() const override {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  }

  monotonic ticks() const override {
    return monotonic{std::chrono::duration_cast<milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch())};
  }

  std::uint64_t random() override {
    std::random_device source;
    return std::uint64_t{source()} << 32 | source();
  }
};

} // namespace dure::test
