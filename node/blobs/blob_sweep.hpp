#pragma once

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"
#include "actors/ports/blob_stock.hpp"
#include "actors/ports/clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace dure::node {

/// What a sweep needs. Everything referred to outlives it.
struct sweep_context {
  const state_reader& view; ///< The local view of every log.
  blob_stock& stock;
  clock& time;
  std::vector<log_number> logs;                     ///< All that may use blobs.
  std::function<result<void>(log_number)> catch_up; ///< Returns when the view shows all that its
                                                    ///< log held when it was called.
  std::function<bool()> goes_on;                    ///< False: another one sweeps now.
};

struct sweep_outcome {
  std::uint64_t looked_at = 0;
  std::uint64_t removed = 0;
  std::uint64_t removed_bytes = 0;

  bool operator==(const sweep_outcome&) const = default;
};

/// A blob that was put later than this ago stays: whoever put it may be about to refer to it.
inline constexpr std::chrono::hours untouched_min{24};

/// Removes blobs that no job uses. Only the node that leads `control` may.
///
///     untouched for long, in no log  ─►  every log caught up  ─►  still in no log  ─►  removed,
///                                                                  unless it was put meanwhile
///
/// A put of known content changes its revision before its job is submitted, so that either the
/// second look sees the job or the removal is refused. O(blobs · log(rows)) time, O(candidates)
/// memory. The first failure ends the sweep; the next one begins anew.
result<sweep_outcome> sweep_blobs(const sweep_context& context);

} // namespace dure::node
