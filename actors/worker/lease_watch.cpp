#include "actors/worker/lease_watch.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/queries.hpp"

#include <utility>

namespace dure {

std::vector<lease> lease_watch::look(std::vector<lease> unknown, monotonic now) {
  looked_at_ = now;
  std::vector<lease> lost;
  decltype(seen_) still;
  for (auto& of : unknown) {
    const auto key = std::pair{of.job, of.attempt};
    const auto before = seen_.find(key);
    const auto looks = before == seen_.end() ? 1 : before->second + 1;
    if (looks < looks_max)
      still.emplace(key, looks);
    else
      lost.push_back(std::move(of));
  }
  seen_ = std::move(still);
  return lost;
}

result<std::vector<lease>> leases_in(const state_reader& view, log_number log,
                                     const std::string& node, const boot_id& boot) {
  std::vector<job_id> jobs;
  auto scanned = view.scan(family::leases, keys::leases_of(log, node), scan_order::ascending,
                           [&](std::string_view key, std::string_view) {
                             auto id = keys::job_at_end(key);
                             if (id && keys::boot_of_lease(key) == boot)
                               jobs.push_back(*id);
                             return true;
                           });
  if (!scanned)
    return scanned.error();
  std::vector<lease> held;
  for (const auto& id : jobs) {
    auto found = queries::find_job(view, id);
    // The view may have moved on since the scan.
    if (found && found->state == job_state::running)
      held.push_back(live_lease(*found));
  }
  return held;
}

} // namespace dure
