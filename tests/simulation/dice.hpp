#pragma once

#include "actors/core/ids.hpp"

#include <cstdint>
#include <random>

namespace dure::simulation {

/// All chance of a run, from one seed: the same seed gives the same run. One owner.
class dice {
public:
  explicit dice(std::uint64_t seed) : random_{seed} {}

  std::uint64_t bits() { return random_(); }

  /// Returns a number in [0, count). Requires: count > 0.
  std::uint64_t below(std::uint64_t count) { return random_() % count; }

  /// Returns a time in [from, until].
  milliseconds between(milliseconds from, milliseconds until) {
    auto span = static_cast<std::uint64_t>((until - from).count()) + 1;
    return from + milliseconds{static_cast<std::int64_t>(below(span))};
  }

  /// Returns true `percent` times in a hundred.
  bool chance(double percent) {
    return static_cast<double>(random_() >> 11) * 0x1p-53 * 100.0 < percent;
  }

  template <class Id> Id id() {
    auto high = bits(); // named, so that every compiler draws in the same order
    return Id{make_random_uuid(high, bits())};
  }

private:
  std::mt19937_64 random_;
};

} // namespace dure::simulation
