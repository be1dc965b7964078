#include "actors/core/ledger_files.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/ledger_decide.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"

#include <algorithm>
#include <utility>

namespace dure::ledger {

namespace {

/// A row of family `files`, and how it says which blob it uses.
struct place {
  std::string key;
  keys::use as{};
  std::string detail;
};

place place_of_artifact(const job_id& id, const std::string& name) {
  return {keys::artifact(id, name), keys::use::artifact, name};
}

place place_of_log(const job_id& id, std::uint16_t attempt) {
  return {keys::attempt_log(id, attempt), keys::use::log, std::to_string(attempt)};
}

/// Takes a file out; returns whether it was there.
result<bool> drop(overlay& state, const job_id& id, const place& at) {
  auto row = find_row<file_row>(state, family::files, at.key);
  if (!row)
    return row.error();
  if (!*row)
    return false;
  state.erase(family::files, at.key);
  state.erase(family::blob_uses, keys::blob_use((*row)->blob.sha256, id, at.as, at.detail));
  return true;
}

void put(overlay& state, const job_id& id, const place& at, const blob_ref& blob) {
  state.put(family::files, at.key, encode(file_row{blob}));
  state.put(family::blob_uses, keys::blob_use(blob.sha256, id, at.as, at.detail), {});
}

/// Takes out every file in a range, and counts in it.
result<void> drop_range(overlay& state, const key_range& range) {
  std::vector<std::string> found;
  auto scanned = state.scan(family::files, range, scan_order::ascending,
                            [&found](std::string_view key, std::string_view) {
                              found.emplace_back(key);
                              return true;
                            });
  if (!scanned)
    return scanned.error();
  for (auto& key : found) {
    auto file = keys::parse_file(key);
    if (!file)
      return error{errc::corrupt, "a file's key is malformed"};
    if (!file->as) {
      state.erase(family::files, std::move(key));
      continue;
    }
    if (auto dropped = drop(state, file->of, {key, *file->as, file->detail}); !dropped)
      return dropped.error();
  }
  return {};
}

bool is_attempt(const lease& of, const attempt& a) {
  return a.n == of.attempt && a.epoch == of.epoch && a.node == of.node && a.boot == of.boot;
}

error stale(const lease& of) {
  return {errc::stale_lease,
          "attempt " + std::to_string(of.attempt) + " of job " + to_string(of.job)};
}

/// Returns the last of each name, but for those that are there already.
result<std::vector<artifact>> news_in(const state_reader& state, const add_artifacts& c,
                                      std::size_t& new_names) {
  std::vector<artifact> news;
  for (auto a = c.artifacts.begin(); a != c.artifacts.end(); ++a) {
    const auto same_name = [a](const artifact& other) { return other.name == a->name; };
    if (std::any_of(a + 1, c.artifacts.end(), same_name))
      continue;
    auto row = find_row<file_row>(state, family::files, keys::artifact(c.of.job, a->name));
    if (!row)
      return row.error();
    new_names += *row ? 0 : 1;
    if (!*row || (*row)->blob != a->blob)
      news.push_back(*a);
  }
  return news;
}

} // namespace

result<decision> decide_on(const state_reader& state, const add_artifacts& c, const context&) {
  auto j = known_job(state, c.of.job);
  if (!j)
    return j.error();
  if (j->state != job_state::running || live_lease(*j) != c.of)
    return stale(c.of);
  std::size_t new_names = 0;
  auto news = news_in(state, c, new_names);
  if (!news)
    return news.error();
  if (news->empty())
    return no_event();
  auto row = row_or_empty<artifact_count_row>(state, family::files, keys::artifact_count(c.of.job));
  if (!row)
    return row.error();
  if (row->artifacts + new_names > limits::artifacts_max)
    return error{errc::too_large, "artifacts: are over " + std::to_string(limits::artifacts_max)};
  return one_event(events::artifacts_added{c.of, std::move(*news)});
}

result<decision> decide_on(const state_reader& state, const keep_log& c, const context&) {
  auto j = known_job(state, c.of.job);
  if (!j)
    return j.error();
  const auto known = std::any_of(j->attempts.begin(), j->attempts.end(),
                                 [&c](const attempt& a) { return is_attempt(c.of, a); });
  if (!known)
    return stale(c.of);
  auto row = find_row<file_row>(state, family::files, keys::attempt_log(c.of.job, c.of.attempt));
  if (!row)
    return row.error();
  if (*row && (*row)->blob == c.log)
    return no_event();
  return one_event(events::log_kept{c.of, c.log});
}

result<void> put_artifacts(overlay& state, const job_id& id, const std::vector<artifact>& added) {
  const auto count_key = keys::artifact_count(id);
  auto row = row_or_empty<artifact_count_row>(state, family::files, count_key);
  if (!row)
    return row.error();
  for (const auto& a : added) {
    const auto at = place_of_artifact(id, a.name);
    auto replaced = drop(state, id, at);
    if (!replaced)
      return replaced.error();
    put(state, id, at, a.blob);
    row->artifacts += *replaced ? 0 : 1;
  }
  state.put(family::files, count_key, encode(*row));
  return {};
}

result<void> put_log(overlay& state, const job_id& id, std::uint16_t attempt,
                     const blob_ref& said) {
  const auto at = place_of_log(id, attempt);
  if (auto replaced = drop(state, id, at); !replaced)
    return replaced.error();
  put(state, id, at, said);
  return {};
}

result<void> drop_artifacts(overlay& state, const job_id& id) {
  const auto count_key = keys::artifact_count(id);
  auto count = state.get(family::files, count_key);
  if (!count)
    return count.error();
  if (!*count)
    return {};
  state.erase(family::files, count_key);
  return drop_range(state, keys::artifacts_of(id));
}

result<void> drop_log(overlay& state, const job_id& id, std::uint16_t attempt) {
  if (auto dropped = drop(state, id, place_of_log(id, attempt)); !dropped)
    return dropped.error();
  return {};
}

result<void> drop_files(overlay& state, const job_id& id) {
  return drop_range(state, keys::files_of(id));
}

} // namespace dure::ledger
