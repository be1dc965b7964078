#pragma once

#include "actors/core/job.hpp"
#include "actors/ports/progress.hpp"
#include "actors/ports/sandbox.hpp"

#include <unordered_map>
#include <vector>

namespace dure {

/// The newest progress of each running attempt, and when it was last told: at most ten times a
/// second, and again every five seconds for those who came later. A value.
class progress_book {
public:
  static constexpr milliseconds spacing{100};
  static constexpr milliseconds repeat_after{5'000};

  void note(handler_progress told, timestamp now);

  /// Returns what should be published now. Costs O(attempts that ever told progress and still run).
  std::vector<job_progress> due(monotonic now);

  void forget(const job_id& id) { entries_.erase(id); }

private:
  struct entry {
    job_progress newest;
    bool told = false;
    bool ever_told = false;
    monotonic told_at{};
  };

  std::unordered_map<job_id, entry> entries_;
};

} // namespace dure
