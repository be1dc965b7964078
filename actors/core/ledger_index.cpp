#include "actors/core/ledger_index.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/timer.hpp"

#include <algorithm>

namespace dure::ledger {

namespace {

std::uint64_t live(const job_counts& counts) {
  return count_of(counts, job_state::scheduled) + count_of(counts, job_state::pending) +
         count_of(counts, job_state::running);
}

/// Returns the one thing that time alone will do to a job.
std::optional<timer> timer_of(const job& j) {
  const auto& id = j.spec.id.value;
  if (j.state == job_state::scheduled)
    return make_timer(j.spec.run_at, timer_type::ready, id);
  if (j.state == job_state::running)
    return make_timer(j.attempts.back().ends_at, timer_type::overdue, id);
  if (is_end(j.state) && j.expires_at && j.spec.group.empty())
    return make_timer(*j.expires_at, timer_type::expiry, id);
  return std::nullopt;
}

bool contains(const std::vector<index_row>& rows, const index_row& wanted) {
  return std::any_of(rows.begin(), rows.end(), [&wanted](const index_row& row) {
    return row.in == wanted.in && row.key == wanted.key;
  });
}

/// Returns errc::corrupt instead of counting below zero.
result<void> move(job_counts& counts, const count_step& step) {
  if (step.to)
    ++count_of(counts, *step.to);
  if (step.from && count_of(counts, *step.from)-- == 0)
    return error{errc::corrupt, "a counter of jobs would go below zero"};
  return {};
}

result<void> count_at(overlay& state, std::string key, const count_step& step) {
  auto row = row_or_empty<count_row>(state, family::groups, key);
  if (!row)
    return row.error();
  if (auto moved = move(row->counts, step); !moved)
    return moved.error();
  if (row->counts == job_counts{})
    state.erase(family::groups, std::move(key));
  else
    state.put(family::groups, std::move(key), encode(*row));
  return {};
}

std::vector<index_row> rows_of_group(log_number log, const std::string& group,
                                     const count_row& row) {
  std::vector<index_row> rows;
  if (row.counts != job_counts{})
    rows.push_back({family::groups, keys::counts_of_group(log, group), encode(row)});
  if (auto due = due_of_group(row))
    rows.push_back({family::timers, timer_key(log, {*due, timer_type::group_expiry, group}), {}});
  return rows;
}

result<void> count_group(overlay& state, const job& j, const count_step& step) {
  const auto log = log_of(j.spec.id);
  auto row =
      row_or_empty<count_row>(state, family::groups, keys::counts_of_group(log, j.spec.group));
  if (!row)
    return row.error();
  const auto before = rows_of_group(log, j.spec.group, *row);
  if (auto moved = move(row->counts, step); !moved)
    return moved.error();
  if (step.to && is_end(*step.to))
    row->expires_at = std::max(row->expires_at, j.expires_at);
  auto after = rows_of_group(log, j.spec.group, *row);
  // The counter's row keeps its key while its value changes.
  if (!after.empty())
    state.put(after.front().in, after.front().key, after.front().value);
  replace_rows(state, before, std::move(after));
  return {};
}

/// The files that a job's own row names; those that an attempt makes have rows of their own.
void add_blob_uses(std::vector<index_row>& rows, const job& j) {
  const auto use = [&](const blob_ref& blob, keys::use as, std::string_view detail) {
    rows.push_back({family::blob_uses, keys::blob_use(blob.sha256, j.spec.id, as, detail), {}});
  };
  if (j.spec.input_file)
    use(*j.spec.input_file, keys::use::input, {});
  if (j.outcome.blob)
    use(*j.outcome.blob, keys::use::result, {});
  for (const auto& a : j.outcome.artifacts)
    use(a.blob, keys::use::artifact, a.name);
}

} // namespace

std::vector<index_row> index_rows(const job& j) {
  const auto& spec = j.spec;
  const auto log = log_of(spec.id);
  std::vector<index_row> rows;
  rows.reserve(4);
  rows.push_back({family::by_state, keys::by_state(j.state, spec.id), {}});
  if (!spec.group.empty())
    rows.push_back({family::by_group, keys::by_group(spec.group, j.state, spec.id), {}});
  if (j.state == job_state::pending)
    rows.push_back({family::ready, keys::ready(log, spec.kind, spec.priority, spec.id), {}});
  if (j.state == job_state::running) {
    const auto& live_attempt = j.attempts.back();
    rows.push_back({family::leases, keys::lease_of(live_lease(j), live_attempt.claim),
                    encode(lease_row{live_attempt.n, live_attempt.epoch})});
  }
  if (auto t = timer_of(j))
    rows.push_back({family::timers, timer_key(log, *t), {}});
  add_blob_uses(rows, j);
  return rows;
}

void replace_rows(overlay& state, const std::vector<index_row>& before,
                  std::vector<index_row> after) {
  for (const auto& row : before)
    if (!contains(after, row))
      state.erase(row.in, row.key);
  for (auto& row : after)
    if (!contains(before, row))
      state.put(row.in, std::move(row.key), std::move(row.value));
}

result<void> count(overlay& state, const job& j, const count_step& step) {
  if (step.from == step.to)
    return {};
  const auto log = log_of(j.spec.id);
  if (auto counted = count_at(state, keys::counts_of_log(log), step); !counted)
    return counted.error();
  if (auto counted = count_at(state, keys::counts_of_kind(log, j.spec.kind), step); !counted)
    return counted.error();
  return j.spec.group.empty() ? result<void>{} : count_group(state, j, step);
}

std::optional<timestamp> due_of_group(const count_row& row) {
  if (live(row.counts) > 0 || row.counts == job_counts{})
    return std::nullopt;
  return row.expires_at;
}

void hold_key(overlay& state, const job& j) {
  const auto& spec = j.spec;
  if (!spec.unique_key.empty())
    state.put(family::unique, keys::unique(log_of(spec.id), spec.group, spec.unique_key),
              encode(spec.id));
}

result<void> free_key(overlay& state, const job& j) {
  const auto& spec = j.spec;
  if (spec.unique_key.empty())
    return {};
  auto key = keys::unique(log_of(spec.id), spec.group, spec.unique_key);
  auto holder = find_row<job_id>(state, family::unique, key);
  if (!holder)
    return holder.error();
  if (*holder == spec.id)
    state.erase(family::unique, std::move(key));
  return {};
}

} // namespace dure::ledger
