#include "gateway/api/throughput.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

constexpr std::chrono::seconds slot_length{10};
constexpr std::int64_t slots_a_minute = 6;

std::int64_t slot_number(timestamp t) {
  return t.time_since_epoch() / slot_length;
}

} // namespace

void throughput::note(log_number log, timestamp at, std::uint64_t jobs) {
  const auto n = slot_number(at);
  auto& into = logs_[log][static_cast<std::size_t>(n) % slots];
  if (into.number > n)
    return;
  if (into.number < n)
    into = {n, 0};
  into.jobs += jobs;
}

double throughput::per_minute(log_number log, timestamp now) const {
  const auto found = logs_.find(log);
  if (found == logs_.end())
    return 0;
  const auto current = slot_number(now);
  const auto oldest = current - static_cast<std::int64_t>(slots);
  auto first = current;
  std::uint64_t jobs = 0;
  for (const auto& one : found->second) {
    if (one.number <= oldest || one.jobs == 0)
      continue;
    jobs += one.jobs;
    first = std::min(first, one.number);
  }
  const auto length = std::max(current - first + 1, slots_a_minute);
  return static_cast<double>(jobs * slots_a_minute) / static_cast<double>(length);
}

} // namespace dure::gateway
