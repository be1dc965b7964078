#include "gateway/api/stuck_leases.hpp"

#include "actors/core/limits.hpp"
#include "actors/core/queries.hpp"

#include <map>

namespace dure::gateway {

namespace {

result<std::vector<job>> running_jobs(const state_reader& view, log_number log) {
  queries::job_filter running;
  running.logs = {log};
  running.states = {job_state::running};
  std::vector<job> jobs;
  std::optional<queries::list_position> after;
  do {
    auto page = queries::list_jobs(view, running, queries::job_order::created, after,
                                   limits::list_rows_max);
    if (!page)
      return page.error();
    for (auto& j : page->jobs)
      if (!j.attempts.empty())
        jobs.push_back(std::move(j));
    after = page->next;
  } while (after);
  return jobs;
}

/// Returns the attempt of each node that began last: its boot is the node's latest life.
std::map<std::string, attempt> latest_of_nodes(const std::vector<job>& jobs) {
  std::map<std::string, attempt> latest;
  for (const auto& j : jobs) {
    const auto& a = j.attempts.back();
    auto [known, is_new] = latest.try_emplace(a.node, a);
    if (!is_new && known->second.started_at < a.started_at)
      known->second = a;
  }
  return latest;
}

} // namespace

result<stuck_leases> find_stuck_leases(const state_reader& view, log_number log,
                                       const std::string& dead, timestamp now) {
  auto jobs = running_jobs(view, log);
  if (!jobs)
    return jobs.error();
  const auto latest = latest_of_nodes(*jobs);
  stuck_leases stuck;
  std::map<std::string, std::uint64_t> of_earlier_lives;
  for (const auto& j : *jobs) {
    const auto& a = j.attempts.back();
    if (a.node == dead || a.boot != latest.at(a.node).boot) {
      ++of_earlier_lives[a.node];
    } else if (a.ends_at <= now) {
      ++stuck.leases;
      stuck.endings.push_back(end_overdue{{j.spec.id, a.n, a.epoch, a.node, a.boot}});
    }
  }
  for (const auto& [node, leases] : of_earlier_lives) {
    stuck.leases += leases;
    const auto alive = node == dead ? std::optional<boot_id>{} : latest.at(node).boot;
    stuck.endings.push_back(lose_node{node, alive});
  }
  return stuck;
}

} // namespace dure::gateway
