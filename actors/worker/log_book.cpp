#include "actors/worker/log_book.hpp"

#include <utility>

namespace dure {

namespace {

/// What a line costs beside its message: number, time, level and the names of all of them.
constexpr std::size_t line_bytes = 100;

} // namespace

void log_book::note(handler_log told, timestamp now) {
  auto& of_job = entries_[told.of.job];
  if (of_job.attempt != told.of.attempt)
    of_job = {.attempt = told.of.attempt, .lines = {}};
  if (of_job.full)
    return;
  of_job.bytes += told.message.size() + line_bytes;
  if (of_job.bytes > limits::attempt_log_bytes_max) {
    of_job.full = true;
    told.level = "warn";
    told.message = "The log is full; what is said from here on is left out.";
  }
  if (of_job.told == of_job.lines.size())
    with_news_.push_back(told.of.job);
  const auto n = log_number_of(told.of.attempt, of_job.lines.size() + 1);
  of_job.lines.push_back(
      {told.of.job, told.of.attempt, n, now, std::move(told.level), std::move(told.message)});
}

std::vector<job_log_line> log_book::take_news() {
  std::vector<job_log_line> news;
  for (const auto& id : std::exchange(with_news_, {})) {
    const auto found = entries_.find(id);
    if (found == entries_.end())
      continue;
    auto& [job, of_job] = *found;
    for (; of_job.told < of_job.lines.size(); ++of_job.told)
      news.push_back(of_job.lines[of_job.told]);
  }
  return news;
}

std::vector<job_log_line> log_book::take(const lease& of) {
  const auto found = entries_.find(of.job);
  if (found == entries_.end() || found->second.attempt != of.attempt)
    return {};
  auto lines = std::move(found->second.lines);
  entries_.erase(found);
  return lines;
}

} // namespace dure
