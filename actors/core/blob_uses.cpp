#include "actors/core/blob_uses.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/ledger_snapshot.hpp"
#include "actors/core/lookup.hpp"

#include <algorithm>
#include <cstdlib>

namespace dure::queries {

namespace {

/// Walks rows of family `files`; a row that cannot be decoded ends the walk.
template <class Take>
result<void> walk_files(const state_reader& state, const key_range& range, Take&& take) {
  result<void> outcome{};
  auto scanned = state.scan(family::files, range, scan_order::ascending,
                            [&](std::string_view key, std::string_view value) {
                              auto row = decode_row<file_row>(value);
                              if (!row) {
                                outcome = row.error();
                                return false;
                              }
                              auto file = keys::parse_file(key);
                              return file && take(std::move(file->detail), std::move(row->blob));
                            });
  return scanned ? outcome : scanned;
}

/// Puts those that came with the result, as records of an older format have them, among the others.
void merge_inline(std::vector<artifact>& found, const job& j, std::string_view after,
                  std::size_t limit) {
  for (const auto& a : j.outcome.artifacts)
    if (a.name > after)
      found.push_back(a);
  std::stable_sort(found.begin(), found.end(),
                   [](const artifact& a, const artifact& b) { return a.name < b.name; });
  const auto same = [](const artifact& a, const artifact& b) { return a.name == b.name; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  if (found.size() > limit)
    found.resize(limit);
}

} // namespace

result<std::vector<artifact>> artifacts_of(const state_reader& state, const job& j,
                                           std::string_view after, std::size_t limit) {
  std::vector<artifact> found;
  const auto& id = j.spec.id;
  auto walked =
      walk_files(state, after.empty() ? keys::artifacts_of(id) : keys::artifacts_after(id, after),
                 [&](std::string name, blob_ref blob) {
                   if (found.size() < limit)
                     found.push_back({std::move(name), std::move(blob)});
                   return found.size() < limit;
                 });
  if (!walked)
    return walked.error();
  if (!j.outcome.artifacts.empty())
    merge_inline(found, j, after, limit);
  return found;
}

result<artifact> find_artifact(const state_reader& state, const job& j, std::string_view name) {
  auto row = find_row<file_row>(state, family::files, keys::artifact(j.spec.id, name));
  if (!row)
    return row.error();
  if (*row)
    return artifact{std::string{name}, std::move((*row)->blob)};
  for (const auto& a : j.outcome.artifacts)
    if (a.name == name)
      return a;
  return error{errc::not_found, "artifact of job " + to_string(j.spec.id)};
}

result<std::vector<kept_log>> logs_of(const state_reader& state, const job_id& id) {
  std::vector<kept_log> found;
  auto walked = walk_files(state, keys::attempt_logs_of(id),
                           [&found](const std::string& attempt, blob_ref blob) {
                             const auto n = std::strtoul(attempt.c_str(), nullptr, 10);
                             found.push_back({static_cast<std::uint16_t>(n), std::move(blob)});
                             return true;
                           });
  if (!walked)
    return walked.error();
  return found;
}

result<bool> is_blob_used(const state_reader& state, log_number log, std::string_view sha256) {
  bool used = false;
  auto scanned = state.scan(family::blob_uses, keys::blob_uses_of(log, sha256),
                            scan_order::ascending, [&used](std::string_view, std::string_view) {
                              used = true;
                              return false;
                            });
  if (!scanned)
    return scanned.error();
  if (used)
    return true;
  auto states = snapshots_of(state, log);
  if (!states)
    return states.error();
  return std::any_of(states->kept.begin(), states->kept.end(),
                     [sha256](const kept_snapshot& s) { return s.of.blob.sha256 == sha256; });
}

result<bool> is_blob_needed(const state_reader& state, log_number log, std::string_view sha256,
                            std::size_t users_max) {
  std::vector<job_id> users;
  auto scanned = state.scan(family::blob_uses, keys::blob_uses_of(log, sha256),
                            scan_order::ascending, [&](std::string_view key, std::string_view) {
                              if (auto id = keys::user_of_blob(key))
                                users.push_back(*id);
                              return users.size() <= users_max;
                            });
  if (!scanned)
    return scanned.error();
  if (users.size() > users_max)
    return true;
  for (const auto& id : users) {
    auto j = find_row<job>(state, family::jobs, keys::job(id));
    if (!j)
      return j.error();
    if (*j && !is_end((*j)->state))
      return true;
  }
  return false;
}

result<std::chrono::seconds> longest_hard_timeout(const state_reader& state, log_number log) {
  std::vector<job_id> running;
  auto scanned = state.scan(family::by_state, keys::by_state_of(log, job_state::running),
                            scan_order::ascending, [&](std::string_view key, std::string_view) {
                              if (auto id = keys::job_at_end(key))
                                running.push_back(*id);
                              return true;
                            });
  if (!scanned)
    return scanned.error();
  std::chrono::seconds longest{0};
  for (const auto& id : running) {
    auto j = find_row<job>(state, family::jobs, keys::job(id));
    if (!j)
      return j.error();
    if (*j)
      longest = std::max(longest, (*j)->spec.timeout.hard);
  }
  return longest;
}

} // namespace dure::queries
