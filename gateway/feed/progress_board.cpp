#include "gateway/feed/progress_board.hpp"

#include <tuple>

namespace dure::gateway {

bool progress_board::put(job_progress p) {
  auto found = jobs_.find(p.job);
  if (found == jobs_.end()) {
    if (jobs_.size() >= jobs_max_)
      forget(job_id{by_silence_.front()});
    by_silence_.push_back(p.job);
    found = jobs_.emplace(p.job, entry{{}, {}, std::prev(by_silence_.end())}).first;
  } else {
    const auto& known = found->second.newest;
    if (std::tie(p.attempt, p.n) <= std::tie(known.attempt, known.n))
      return false;
    by_silence_.splice(by_silence_.end(), by_silence_, found->second.place);
  }
  auto& e = found->second;
  if (p.attempt != e.newest.attempt)
    e.rate = {};
  e.rate.observe(p.done, p.total, p.at);
  e.newest = std::move(p);
  return true;
}

void progress_board::forget(const job_id& id) {
  auto found = jobs_.find(id);
  if (found == jobs_.end())
    return;
  by_silence_.erase(found->second.place);
  jobs_.erase(found);
}

std::optional<job_progress> progress_board::find(const job_id& id) const {
  auto found = jobs_.find(id);
  return found == jobs_.end() ? std::nullopt : std::optional{found->second.newest};
}

std::optional<std::chrono::seconds> progress_board::eta(const job_id& id, timestamp now) const {
  auto found = jobs_.find(id);
  return found == jobs_.end() ? std::nullopt : found->second.rate.eta(now);
}

} // namespace dure::gateway
