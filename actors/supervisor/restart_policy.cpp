#include "actors/supervisor/restart_policy.hpp"

#include <algorithm>

namespace dure {

std::optional<monotonic> restart_policy::died(monotonic now) {
  while (!deaths_.empty() && now - deaths_.front() > span)
    deaths_.pop_front();
  deaths_.push_back(now);
  if (deaths_.size() > deaths_max)
    return std::nullopt;
  auto delay = first_delay * (1 << (deaths_.size() - 1));
  return now + std::min(delay, delay_max);
}

} // namespace dure
