#pragma once

#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>

namespace dure {

/// Counts how long nobody has shown signs of leading, in the replica's own ticks, so that two
/// replicas seldom try to lead at the same moment. It only says who should try: safety never
/// depends on it. One owner.
class silence {
public:
  static constexpr milliseconds patience{2'000};      ///< Before anybody tries,
  static constexpr milliseconds jitter_max{1'000};    ///< and up to this more, by chance.
  static constexpr milliseconds stopped_after{1'000}; ///< A tick this late: we were stopped.

  explicit silence(std::uint64_t seed) : random_{seed} { restart(); }

  void begin(monotonic ticks) { last_tick_ = ticks; }

  /// Returns how much of the time since the last tick counts: nothing after a tick that comes too
  /// late, which restarts the count, since the signs may be waiting in the mailbox.
  std::optional<milliseconds> tick(monotonic ticks);

  /// Somebody leads, or has just tried.
  void restart();

  /// The leader has said that it leads no more: only the random part is left, and not even that for
  /// whoever is `next`.
  void hand_over(bool next);

  bool over() const { return counted_ >= patience + jitter_; }

private:
  std::uint64_t random_;
  monotonic last_tick_{};
  milliseconds counted_{};
  milliseconds jitter_{};
};

} // namespace dure
