#include "actors/core/replica_machine.hpp"

#include <algorithm>
#include <vector>

namespace dure {

namespace {

constexpr milliseconds clock_error_max{2'000};
/// Of a clock that was heard: it goes on as it went, and the leader that has just died counts too.
constexpr milliseconds clock_remembered{10'000};
constexpr std::size_t clocks_min = 3; ///< Of two that differ, neither knows which is wrong.

} // namespace

/// Returns how far the median of the clocks of all nodes heard and of this one is ahead of this
/// one; nothing when too few are heard. Of an even number it is the earlier of the two in the
/// middle: always somebody's clock, so that they cannot all be off.
std::optional<milliseconds> replica::machine::median_clock() const {
  std::vector<milliseconds> ahead{milliseconds{0}};
  peers.for_each_heard_within(
      clock_remembered, [&ahead](const auto&, milliseconds of_it) { ahead.push_back(of_it); });
  if (ahead.size() < clocks_min)
    return std::nullopt;
  const auto middle = ahead.begin() + static_cast<std::ptrdiff_t>((ahead.size() - 1) / 2);
  std::nth_element(ahead.begin(), middle, ahead.end());
  return *middle;
}

/// Returns whether a clock so far ahead of this node's own is too far off the median.
bool replica::machine::is_off(milliseconds ahead, std::optional<milliseconds> median) {
  return median && std::chrono::abs(ahead - *median) > clock_error_max;
}

/// Returns whether this node must not try to lead, since its clock would become the log's and
/// another can. Where no other can, work that is stamped wrongly is better than none.
bool replica::machine::yields_to_better_clocks() const {
  return is_off(milliseconds{0}, median_clock()) && !first_choice(config.node).empty();
}

} // namespace dure
