#include "gateway/http/job_progress.hpp"

namespace dure::gateway {

job_surroundings progress_around(service& use, const job& j) {
  if (j.state != job_state::running)
    return {};
  const auto& board = use.feed.progress();
  auto p = board.find(j.spec.id);
  if (!p)
    return {};
  attempt_progress told{p->attempt, p->done, p->total, std::move(p->step), std::move(p->message)};
  return {std::move(told), board.eta(j.spec.id, use.node.time().now()), {}};
}

std::vector<job_surroundings> progress_around(service& use, const std::vector<job>& jobs) {
  std::vector<job_surroundings> all;
  all.reserve(jobs.size());
  for (const auto& j : jobs)
    all.push_back(progress_around(use, j));
  return all;
}

} // namespace dure::gateway
