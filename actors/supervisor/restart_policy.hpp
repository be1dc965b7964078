#pragma once

#include "actors/core/time.hpp"

#include <cstddef>
#include <deque>
#include <optional>

namespace dure {

/// When an actor that died is started again: after 100 ms at first, later each time twice as long,
/// up to 5 s; never again once it has died more than `deaths_max` times within `span`. A value.
class restart_policy {
public:
  static constexpr std::size_t deaths_max = 8;
  static constexpr milliseconds span{60'000};
  static constexpr milliseconds first_delay{100};
  static constexpr milliseconds delay_max{5'000};

  /// Notes a death; returns when to start the actor again, or nothing: give up.
  std::optional<monotonic> died(monotonic now);

private:
  std::deque<monotonic> deaths_; ///< Those within `span`.
};

} // namespace dure
