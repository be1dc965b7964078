#pragma once

#include "actors/core/time.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace dure::gateway {

/// How fast an attempt goes, told from its own progress: the mean over the last half minute or so.
/// It counts the time since the last sign too, so an attempt that slows down or stalls is not
/// promised to end soon. A value.
class progress_rate {
public:
  /// Takes note that `done` of `total` was reached at `at`. A total that changes or a count that
  /// goes back begins anew.
  void observe(std::uint64_t done, std::uint64_t total, timestamp at);

  /// Returns how long it will still take, or nothing while that would be a guess: the total is
  /// unknown, nothing was done yet, or nothing has been done for too long.
  std::optional<std::chrono::seconds> eta(timestamp now) const;

private:
  struct sight {
    std::uint64_t done = 0;
    timestamp at{};
  };

  static constexpr std::size_t sights_max = 16;

  std::array<sight, sights_max> sights_{}; ///< A ring; the newest is apart, in `last_`.
  std::size_t count_ = 0;                  ///< Ever put into the ring since the beginning.
  sight last_;
  std::uint64_t total_ = 0;
};

} // namespace dure::gateway
