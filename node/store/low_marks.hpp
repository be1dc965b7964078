#pragma once

#include "actors/core/state.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace dure::node {

/// Where the rows of a range begin, for ranges that lose their lowest rows all the time, as queues
/// do: in an LSM tree a scan from their start passes every deletion since the last compaction.
///
///     watch ─► begin ─► (scan) ─► end ─► begin starts behind the deletions
///
/// Every delta is told before it is written and after. A scan misses no row that was there when it
/// began. At most `ranges_max` ranges: the one that was not scanned for longest makes room.
/// Thread-safe.
class low_marks {
public:
  static constexpr std::size_t ranges_max = 64;

  /// One scan of a watched range.
  struct start {
    std::string from;       ///< There are no rows of the range below it.
    std::uint64_t scan = 0; ///< For `end`; 0: the range is not watched.
  };

  /// Watches a range from now on.
  void watch(family in, const key_range& range);

  /// Must be called before the scan takes its view of the rows.
  start begin(family in, const key_range& range);

  /// The scan has found no row of the range below `first`.
  void end(family in, const key_range& range, const start& of, std::string first);

  /// The delta's rows may be seen from now on. Both: O(ranges · log(rows of the delta)) and one
  /// step for each deleted row below a mark.
  void writing(const state_delta& delta);

  /// The delta's rows are seen by every scan that begins now, or never.
  void written(const state_delta& delta);

private:
  using name = std::tuple<family, std::string, std::string>; ///< With the range's ends.

  struct mark {
    std::string first;                           ///< No row of the range is below it.
    std::map<std::uint64_t, std::string> lowest; ///< By scan: the lowest key written since.
    std::uint64_t last_scan = 0;
  };

  void make_room();
  void lower(const state_delta& delta);

  std::mutex mutex_;
  std::uint64_t last_scan_ = 0;
  std::size_t writes_ = 0; ///< Under way: a scan may have missed their rows.
  std::map<name, mark> marks_;
};

} // namespace dure::node
