#include "gateway/api/eta.hpp"

#include <algorithm>
#include <cmath>

namespace dure::gateway {

namespace {

using namespace std::chrono_literals;

/// Between two sights that are kept: 16 of them cover half a minute.
constexpr auto sight_gap = 2s;

/// Less than this has been seen: the rate would be an accident of the first step.
constexpr auto seen_min = 500ms;

/// No sign for so long, and for so many times as long as a step takes: it stalls.
constexpr auto stalled_after = 30s;
constexpr double stalled_steps = 4;

/// Beyond this nobody plans with it, and conversion to whole seconds stays safe.
constexpr double eta_seconds_max = 30.0 * 86'400;

double seconds_of(milliseconds d) {
  return std::chrono::duration<double>(d).count();
}

} // namespace

void progress_rate::observe(std::uint64_t done, std::uint64_t total, timestamp at) {
  if (count_ > 0 && (total != total_ || done < last_.done))
    count_ = 0;
  total_ = total;
  auto newest_kept = count_ > 0 ? sights_[(count_ - 1) % sights_max].at : timestamp{};
  if (count_ == 0 || at - newest_kept >= sight_gap)
    sights_[count_++ % sights_max] = {done, at};
  if (count_ == 1 || done > last_.done)
    last_ = {done, at};
}

std::optional<std::chrono::seconds> progress_rate::eta(timestamp now) const {
  if (count_ == 0 || total_ == 0)
    return std::nullopt;
  if (last_.done >= total_)
    return std::chrono::seconds{0};
  const auto& oldest = sights_[count_ > sights_max ? count_ % sights_max : 0];
  auto seen = std::max(now, last_.at) - oldest.at;
  if (last_.done <= oldest.done || seen < seen_min)
    return std::nullopt;
  auto steps = static_cast<double>(last_.done - oldest.done);
  auto step_seconds = seconds_of(last_.at - oldest.at) / steps;
  auto silent = now - last_.at;
  if (silent > stalled_after && seconds_of(silent) > stalled_steps * step_seconds)
    return std::nullopt;
  auto left = static_cast<double>(total_ - last_.done) * seconds_of(seen) / steps;
  if (left > eta_seconds_max)
    return std::nullopt;
  return std::chrono::seconds{static_cast<std::int64_t>(std::ceil(left))};
}

} // namespace dure::gateway
