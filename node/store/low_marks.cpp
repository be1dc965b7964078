#include "node/store/low_marks.hpp"

#include <algorithm>
#include <utility>

namespace dure::node {

namespace {

/// Returns the lowest key of [from, until) that the delta puts, or `until`.
std::string lowest_put(const state_delta::rows& rows, const std::string& from,
                       const std::string& until) {
  for (auto row = rows.lower_bound(from); row != rows.end() && row->first < until; ++row)
    if (row->second)
      return row->first;
  return until;
}

} // namespace

void low_marks::watch(family in, const key_range& range) {
  const std::scoped_lock lock{mutex_};
  name of{in, range.from, range.until};
  if (marks_.contains(of))
    return;
  if (marks_.size() == ranges_max)
    make_room();
  if (marks_.size() < ranges_max)
    marks_.emplace(std::move(of), mark{range.from, {}, ++last_scan_});
}

/// A range that is being scanned stays.
void low_marks::make_room() {
  auto oldest = marks_.end();
  for (auto one = marks_.begin(); one != marks_.end(); ++one)
    if (one->second.lowest.empty() &&
        (oldest == marks_.end() || one->second.last_scan < oldest->second.last_scan))
      oldest = one;
  if (oldest != marks_.end())
    marks_.erase(oldest);
}

low_marks::start low_marks::begin(family in, const key_range& range) {
  const std::scoped_lock lock{mutex_};
  const auto found = marks_.find({in, range.from, range.until});
  if (found == marks_.end())
    return {range.from, 0};
  auto& known = found->second;
  known.last_scan = ++last_scan_;
  known.lowest.emplace(known.last_scan, range.until);
  return {known.first, known.last_scan};
}

void low_marks::end(family in, const key_range& range, const start& of, std::string first) {
  if (of.scan == 0)
    return;
  const std::scoped_lock lock{mutex_};
  auto& known = marks_.at({in, range.from, range.until});
  const auto written = known.lowest.extract(of.scan);
  if (writes_ == 0)
    known.first = std::min(std::move(first), written.mapped());
}

void low_marks::writing(const state_delta& delta) {
  const std::scoped_lock lock{mutex_};
  ++writes_;
  lower(delta);
}

void low_marks::written(const state_delta& delta) {
  const std::scoped_lock lock{mutex_};
  --writes_;
  lower(delta);
}

void low_marks::lower(const state_delta& delta) {
  for (auto& [of, known] : marks_) {
    const auto& [in, from, until] = of;
    const auto& highest = known.lowest.empty() ? known.first : until;
    const auto put = lowest_put(delta.of(in), from, highest);
    known.first = std::min(known.first, put);
    for (auto& [scan, lowest] : known.lowest)
      lowest = std::min(lowest, put);
  }
}

} // namespace dure::node
