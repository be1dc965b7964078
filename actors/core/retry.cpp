#include "actors/core/retry.hpp"

#include "actors/core/limits.hpp"

#include <algorithm>

namespace dure {

namespace {

/// Returns 64 well-mixed bits of an attempt's name (the finaliser of SplitMix64).
std::uint64_t mix(const job_id& id, std::uint16_t attempt) {
  auto bits = static_cast<std::uint64_t>(attempt) * 0x9e3779b97f4a7c15ULL;
  for (auto byte : id.value.bytes)
    bits = (bits ^ byte) * 0x100000001b3ULL;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
  return bits ^ (bits >> 31);
}

} // namespace

milliseconds backoff(unsigned failures, const job_id& id, std::uint16_t attempt) {
  // Sixteen doublings of any first delay are over the longest one.
  const auto doublings = std::clamp(failures, 1U, 16U) - 1;
  const milliseconds delay =
      std::min<milliseconds>(limits::backoff_first * (1 << doublings), limits::backoff_max);
  const auto spread = static_cast<std::uint64_t>(delay.count()) / 4;
  return delay + milliseconds{static_cast<std::int64_t>(mix(id, attempt) % (spread + 1))};
}

} // namespace dure
