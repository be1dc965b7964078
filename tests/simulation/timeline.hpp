#pragma once

#include "actors/core/time.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace dure::simulation {

/// Virtual time: what is planned happens in the order of its time, then of its planning. One owner.
class timeline {
public:
  milliseconds now() const { return now_; }

  void in(milliseconds delay, std::function<void()> action) {
    planned_.emplace(std::pair{now_ + delay, ++planned_count_}, std::move(action));
  }

  /// Lets the next thing happen, or returns false when nothing is left before `end`.
  bool advance(milliseconds end) {
    if (planned_.empty() || planned_.begin()->first.first > end)
      return false;
    auto next = planned_.extract(planned_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
  }

private:
  std::map<std::pair<milliseconds, std::uint64_t>, std::function<void()>> planned_;
  milliseconds now_{0};
  std::uint64_t planned_count_ = 0;
};

} // namespace dure::simulation
