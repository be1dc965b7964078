#include "gateway/feed/log_board.hpp"

#include <algorithm>
#include <utility>

namespace dure::gateway {

namespace {

std::size_t size_of(const job_log_line& line) {
  return sizeof line + line.level.size() + line.message.size();
}

} // namespace

void log_board::put(job_log_line line) {
  const auto id = line.job;
  auto [found, is_new] = jobs_.try_emplace(id);
  auto& of_job = found->second;
  if (is_new)
    of_job.place = by_silence_.insert(by_silence_.end(), id);
  else if (!of_job.lines.empty() && line.n <= of_job.lines.back().n)
    return;
  by_silence_.splice(by_silence_.end(), by_silence_, of_job.place);
  if (!of_job.lines.empty() && of_job.lines.back().attempt != line.attempt)
    clear(of_job);
  of_job.bytes += size_of(line);
  bytes_ += size_of(line);
  of_job.lines.push_back(std::move(line));
  while (bytes_ > bytes_max_)
    forget(job_id{by_silence_.front()});
}

void log_board::forget(const job_id& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end())
    return;
  clear(found->second);
  by_silence_.erase(found->second.place);
  jobs_.erase(found);
}

std::vector<job_log_line> log_board::lines_of(const job_id& id, std::uint64_t after) const {
  const auto found = jobs_.find(id);
  if (found == jobs_.end())
    return {};
  const auto& lines = found->second.lines;
  const auto first = std::find_if(lines.begin(), lines.end(),
                                  [after](const job_log_line& line) { return line.n > after; });
  return {first, lines.end()};
}

void log_board::clear(entry& of_job) {
  bytes_ -= std::exchange(of_job.bytes, 0);
  of_job.lines.clear();
}

} // namespace dure::gateway
