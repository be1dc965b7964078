#include "actors/worker/workload.hpp"

#include "actors/core/error.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

using phase = attempt_in_hand::phase;

constexpr double newest_weight = 0.2;
constexpr double run_ms_min = 0.05; ///< The clock counts whole milliseconds.

} // namespace

workload::workload(const std::vector<handler_capacity>& capacities) {
  set_capacities(capacities);
}

void workload::set_capacities(const std::vector<handler_capacity>& capacities) {
  for (const auto& c : capacities) {
    auto& lane = lanes_[c.kind];
    lane.capacity = c.jobs;
    lane.needs_files = c.needs_files;
  }
}

std::uint32_t workload::kind_lane::target() const {
  if (stalled || !run_ms)
    return capacity;
  auto short_jobs = static_cast<double>(ahead.count()) * capacity / std::max(*run_ms, run_ms_min);
  auto more = std::min(short_jobs, static_cast<double>(ahead_jobs_max));
  return capacity + static_cast<std::uint32_t>(more);
}

std::vector<demand> workload::demands() const {
  std::vector<demand> wanted;
  std::uint32_t left = limits::claim_jobs_max;
  for (const auto& [kind, lane] : lanes_) {
    auto target = lane.target();
    if (lane.in_hand >= target || target - lane.in_hand < std::max(1U, target / 4))
      continue;
    // What could run at once comes first for every kind: jobs ahead of one must not starve another.
    auto free = lane.capacity - std::min(lane.in_hand, lane.capacity);
    wanted.push_back({kind, std::min(free, left)});
    left -= wanted.back().jobs;
  }
  for (auto& d : wanted) {
    const auto& lane = lanes_.at(d.kind);
    auto more = std::min(lane.target() - lane.in_hand - d.jobs, left);
    d.jobs += more;
    left -= more;
  }
  std::erase_if(wanted, [](const demand& d) { return d.jobs == 0; });
  return wanted;
}

attempt_in_hand* workload::add(grant granted, monotonic now) {
  auto found = lanes_.find(granted.spec.kind);
  if (found == lanes_.end())
    return nullptr;
  auto id = granted.of.job;
  auto [attempt, is_new] = attempts_.try_emplace(id);
  if (!is_new)
    return nullptr;
  auto& lane = found->second;
  ++lane.in_hand;
  attempt->second.granted = std::move(granted);
  attempt->second.at = phase::staging;
  attempt->second.since = now;
  return &attempt->second;
}

attempt_in_hand* workload::find(const lease& of) {
  auto found = attempts_.find(of.job);
  return found != attempts_.end() && found->second.granted.of == of ? &found->second : nullptr;
}

attempt_in_hand* workload::find_job(const job_id& id) {
  auto found = attempts_.find(id);
  return found != attempts_.end() ? &found->second : nullptr;
}

void workload::make_ready(attempt_in_hand& attempt, std::filesystem::path scratch, monotonic now) {
  attempt.at = phase::waiting;
  attempt.since = now;
  attempt.scratch = std::move(scratch);
  lane_of(attempt).waiting.push_back(attempt.granted.of.job);
}

std::vector<attempt_in_hand*> workload::start(monotonic now) {
  std::vector<attempt_in_hand*> started;
  for (auto& [kind, lane] : lanes_)
    while (lane.running < lane.capacity && !lane.waiting.empty()) {
      auto& attempt = attempts_.at(lane.waiting.front());
      lane.waiting.pop_front();
      attempt.at = phase::running;
      attempt.since = now;
      ++lane.running;
      started.push_back(&attempt);
    }
  return started;
}

void workload::stop(attempt_in_hand& attempt, monotonic now) {
  DURE_CHECK(attempt.at == phase::running);
  auto& lane = lane_of(attempt);
  auto run_ms = static_cast<double>((now - attempt.since).count());
  auto before = lane.run_ms.value_or(run_ms);
  lane.run_ms = before + newest_weight * (run_ms - before);
  lane.stalled = false;
  --lane.running;
  attempt.at = phase::keeping;
  attempt.since = now;
}

void workload::remove(const attempt_in_hand& attempt) {
  DURE_CHECK(attempt.at != phase::running);
  auto& lane = lane_of(attempt);
  --lane.in_hand;
  auto id = attempt.granted.of.job;
  if (attempt.at == phase::waiting)
    std::erase(lane.waiting, id);
  attempts_.erase(id);
}

std::vector<lease> workload::overdue(monotonic now) {
  std::vector<lease> late;
  for (auto& [kind, lane] : lanes_)
    for (const auto& id : lane.waiting) {
      const auto& attempt = attempts_.at(id);
      if (now - attempt.since < wait_max)
        break; // the others came later
      late.push_back(attempt.granted.of);
      lane.stalled = true;
    }
  return late;
}

std::vector<lease> workload::all(attempt_in_hand::phase at) const {
  std::vector<lease> found;
  for (const auto& [id, attempt] : attempts_)
    if (attempt.at == at)
      found.push_back(attempt.granted.of);
  return found;
}

bool workload::needs_files(const std::string& kind) const {
  auto found = lanes_.find(kind);
  return found != lanes_.end() && found->second.needs_files;
}

std::uint32_t workload::slots() const {
  std::uint32_t sum = 0;
  for (const auto& [kind, lane] : lanes_)
    sum += lane.capacity;
  return sum;
}

std::uint32_t workload::running() const {
  std::uint32_t sum = 0;
  for (const auto& [kind, lane] : lanes_)
    sum += lane.running;
  return sum;
}

workload::kind_lane& workload::lane_of(const attempt_in_hand& attempt) {
  return lanes_.find(attempt.granted.spec.kind)->second;
}

} // namespace dure
