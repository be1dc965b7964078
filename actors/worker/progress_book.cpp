#include "actors/worker/progress_book.hpp"

#include <utility>

namespace dure {

void progress_book::note(handler_progress told, timestamp now) {
  auto& of_job = entries_[told.of.job];
  auto n = of_job.newest.attempt == told.of.attempt ? of_job.newest.n + 1 : 1;
  of_job.newest = {told.of.job,          told.of.attempt,         n,  told.done, told.total,
                   std::move(told.step), std::move(told.message), now};
  of_job.told = false;
}

std::vector<job_progress> progress_book::due(monotonic now) {
  std::vector<job_progress> found;
  for (auto& [id, of_job] : entries_) {
    auto wait = of_job.told ? repeat_after : spacing;
    if (of_job.ever_told && now - of_job.told_at < wait)
      continue;
    of_job.told = true;
    of_job.ever_told = true;
    of_job.told_at = now;
    found.push_back(of_job.newest);
  }
  return found;
}

} // namespace dure
