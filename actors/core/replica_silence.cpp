#include "actors/core/replica_silence.hpp"

#include <algorithm>

namespace dure {

namespace {

/// SplitMix64, the usual way to spread a small seed.
std::uint64_t next_random(std::uint64_t& state) {
  auto z = state += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

} // namespace

std::optional<milliseconds> silence::tick(monotonic ticks) {
  auto passed = std::max(ticks - last_tick_, milliseconds{0});
  last_tick_ = ticks;
  if (passed >= stopped_after) {
    restart();
    return std::nullopt;
  }
  counted_ += passed;
  return passed;
}

void silence::restart() {
  counted_ = milliseconds{0};
  auto span = static_cast<std::uint64_t>(jitter_max.count()) + 1;
  jitter_ = milliseconds{static_cast<std::int64_t>(next_random(random_) % span)};
}

void silence::hand_over(bool next) {
  counted_ = std::max(counted_, next ? patience + jitter_ : patience);
}

} // namespace dure
