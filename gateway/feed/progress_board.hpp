#pragma once

#include "actors/ports/progress.hpp"
#include "gateway/api/eta.hpp"

#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>

namespace dure::gateway {

/// The newest progress of every running job that tells any. Pure and bounded: when it is full, the
/// job that has been silent for longest is forgotten (it tells again within seconds). One owner.
class progress_board {
public:
  static constexpr std::size_t jobs_max_default = 100'000;

  explicit progress_board(std::size_t jobs_max = jobs_max_default) : jobs_max_{jobs_max} {}

  /// Returns whether `p` was news: progress that is not above the known (attempt, n) is dropped, as
  /// it came late or twice.
  bool put(job_progress p);

  /// A job that has ended tells nothing more.
  void forget(const job_id& id);

  std::optional<job_progress> find(const job_id& id) const;

  /// Returns how long the job will still take, as far as its progress tells.
  std::optional<std::chrono::seconds> eta(const job_id& id, timestamp now) const;

  std::size_t size() const { return jobs_.size(); }

private:
  struct entry {
    job_progress newest;
    progress_rate rate;
    std::list<job_id>::iterator place;
  };

  std::size_t jobs_max_;
  std::unordered_map<job_id, entry> jobs_;
  std::list<job_id> by_silence_; ///< The longest silent first.
};

} // namespace dure::gateway
