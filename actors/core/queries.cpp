#include "actors/core/queries.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/pace.hpp"
#include "actors/core/question_queries.hpp"

#include <algorithm>
#include <limits>

namespace dure::queries {

namespace {

result<job_counts> counts_at(const state_reader& state, const std::string& key) {
  auto row = find_row<count_row>(state, family::groups, key);
  if (!row)
    return row.error();
  return *row ? (*row)->counts : job_counts{};
}

/// Returns whether a job's row must be read to know that the filter takes it.
bool looks_at_rows(const job_filter& filter) {
  return !filter.fresh_only.empty() || !filter.started_only.empty() || !filter.tag.empty() ||
         filter.created_after || filter.created_before || filter.also;
}

result<std::optional<std::uint64_t>> position_of(const state_reader& state, const job& j) {
  const auto log = log_of(j.spec.id);
  const auto own = keys::ready(log, j.spec.kind, j.spec.priority, j.spec.id);
  std::uint64_t before = 0;
  auto scanned = state.scan(family::ready, keys::ready_of(log, j.spec.kind), scan_order::ascending,
                            [&](std::string_view key, std::string_view) {
                              return key < own && ++before <= limits::position_max;
                            });
  if (!scanned)
    return scanned.error();
  if (before > limits::position_max)
    return std::optional<std::uint64_t>{};
  return std::optional<std::uint64_t>{before + 1};
}

constexpr std::size_t waiting_looked_at_max = 32;

/// Returns at most `limit` pending jobs of the log, those made first.
result<std::vector<job_id>> oldest_pending_jobs(const state_reader& state, log_number log,
                                                std::size_t limit) {
  std::vector<job_id> oldest;
  auto scanned = state.scan(family::by_state, keys::by_state_of(log, job_state::pending),
                            scan_order::ascending, [&](std::string_view key, std::string_view) {
                              if (auto id = keys::job_at_end(key))
                                oldest.push_back(*id);
                              return oldest.size() < limit;
                            });
  if (!scanned)
    return scanned.error();
  return oldest;
}

/// A shorter wait is not worth a word.
constexpr std::chrono::seconds quota_wait_told_from{1};

/// Returns how long the jobs before it, and it, need at the allowed rate.
std::chrono::seconds wait_for_quota(const rate_limits& rate,
                                    const std::optional<std::uint64_t>& position) {
  if (!rate.requests_per_minute && !rate.tokens_per_minute)
    return {};
  constexpr double refilled = 0.97;
  auto a_minute = std::numeric_limits<double>::max();
  if (rate.requests_per_minute)
    a_minute = *rate.requests_per_minute;
  if (rate.tokens_per_minute)
    a_minute = std::min(a_minute, *rate.tokens_per_minute / pace::tokens_at_first);
  const auto jobs = static_cast<double>(position.value_or(limits::position_max));
  return std::chrono::seconds{static_cast<std::int64_t>(60 * jobs / (refilled * a_minute))};
}

} // namespace

result<job> find_job(const state_reader& state, const job_id& id) {
  auto row = find_row<job>(state, family::jobs, keys::job(id));
  if (!row)
    return row.error();
  if (*row)
    return std::move(**row);
  // A removed job leaves a kept answer under its own id.
  auto removed = find_row<answer_row>(state, family::commands,
                                      keys::command(log_of(id), command_id{id.value}));
  if (!removed)
    return removed.error();
  return error{*removed ? errc::gone : errc::not_found, "job " + to_string(id)};
}

result<job_counts> counts_of_log(const state_reader& state, log_number log) {
  return counts_at(state, keys::counts_of_log(log));
}

result<job_counts> counts_of_kind(const state_reader& state, log_number log,
                                  std::string_view kind) {
  return counts_at(state, keys::counts_of_kind(log, kind));
}

result<job_counts> counts_of_group(const state_reader& state, log_number log,
                                   std::string_view group) {
  return counts_at(state, keys::counts_of_group(log, group));
}

result<std::optional<timestamp>> oldest_pending(const state_reader& state, log_number log) {
  auto oldest = oldest_pending_jobs(state, log, 1);
  if (!oldest)
    return oldest.error();
  if (oldest->empty())
    return std::optional<timestamp>{};
  auto found = find_job(state, oldest->front());
  if (!found)
    return found.error();
  return std::optional{found->created_at};
}

timestamp waits_since(const job& j) {
  auto since = std::max(j.created_at, j.spec.run_at);
  for (const auto& past : j.attempts)
    since = std::max(since, past.ended_at.value_or(since));
  return since;
}

result<std::optional<timestamp>> longest_wait_since(const state_reader& state, log_number log) {
  auto oldest = oldest_pending_jobs(state, log, waiting_looked_at_max);
  if (!oldest)
    return oldest.error();
  std::optional<timestamp> longest;
  for (const auto& id : *oldest) {
    auto found = find_job(state, id);
    // The view may have moved on since the scan.
    if (found && found->state == job_state::pending)
      longest = std::min(longest.value_or(timestamp::max()), waits_since(*found));
  }
  return longest;
}

result<std::vector<std::string>> nodes_with_leases(const state_reader& state, log_number log) {
  std::vector<std::string> nodes;
  auto range = keys::all_of(log);
  for (bool found = true; found;) {
    found = false;
    auto scanned = state.scan(family::leases, range, scan_order::ascending,
                              [&](std::string_view key, std::string_view) {
                                nodes.emplace_back(keys::node_of_lease(key));
                                found = true;
                                return false;
                              });
    if (!scanned)
      return scanned.error();
    if (found)
      range.from = keys::leases_of(log, nodes.back()).until;
  }
  return nodes;
}

result<queue_settings> settings_of(const state_reader& state, log_number log) {
  auto row = find_row<log_row>(state, family::logs, keys::log(log));
  if (!row)
    return row.error();
  return *row ? (*row)->settings : queue_settings{};
}

result<found_record> find_record(const state_reader& state, log_number log, std::string_view key) {
  auto row = find_row<record_row>(state, family::records, keys::record(log, key));
  if (!row)
    return row.error();
  if (!*row)
    return error{errc::not_found, "record " + std::string{key}};
  return found_record{std::move((*row)->value), (*row)->version};
}

result<std::optional<std::uint64_t>> count_jobs(const state_reader& state,
                                                const job_filter& filter) {
  const bool by_kind = !filter.kind.empty();
  const bool by_group = !filter.group.empty();
  if ((by_kind && by_group) || looks_at_rows(filter))
    return std::optional<std::uint64_t>{};
  std::uint64_t total = 0;
  for (auto log : filter.logs) {
    auto counts = by_group  ? counts_of_group(state, log, filter.group)
                  : by_kind ? counts_of_kind(state, log, filter.kind)
                            : counts_of_log(state, log);
    if (!counts)
      return counts.error();
    for (std::size_t i = 0; i < job_state_count; ++i) {
      const auto s = static_cast<job_state>(i + 1);
      if (filter.states.empty() ||
          std::find(filter.states.begin(), filter.states.end(), s) != filter.states.end())
        total += count_of(*counts, s);
    }
  }
  return std::optional{total};
}

std::string_view to_string(wait_reason reason) {
  switch (reason) {
  case wait_reason::scheduled:
    return "scheduled";
  case wait_reason::retry:
    return "retry";
  case wait_reason::paused:
    return "paused";
  case wait_reason::concurrency:
    return "concurrency";
  case wait_reason::quota:
    return "quota";
  case wait_reason::provider:
    return "provider";
  case wait_reason::no_node:
    return "no_capable_node";
  case wait_reason::position:
    return "position";
  }
  return "unknown";
}

namespace {

result<std::optional<waiting>> why_scheduled(const state_reader& state, const job& j,
                                             log_number log) {
  const bool tried = !j.attempts.empty() && j.attempts.back().failure;
  if (!tried && j.attempts_counted == 0)
    return std::optional{waiting{wait_reason::scheduled, {}, {}, j.spec.run_at}};
  auto provider = provider_of(state, log);
  if (!provider)
    return provider.error();
  if (is_down(*provider)) // Its next try may be a probe.
    return std::optional{waiting{wait_reason::provider,
                                 provider->reason,
                                 {},
                                 std::max(provider->blocked_until, j.spec.run_at)}};
  return std::optional{waiting{wait_reason::retry, {}, {}, j.spec.run_at}};
}

} // namespace

result<std::optional<waiting>> why_waiting(const state_reader& state, const job& j, timestamp now) {
  const auto log = log_of(j.spec.id);
  if (j.state == job_state::scheduled)
    return why_scheduled(state, j, log);
  if (j.state != job_state::pending)
    return std::optional<waiting>{};
  auto settings = settings_of(state, log);
  if (!settings)
    return settings.error();
  auto position = position_of(state, j);
  if (!position)
    return position.error();
  if (settings->paused)
    return std::optional{waiting{wait_reason::paused, settings->pause_reason, *position, {}}};
  auto provider = provider_of(state, log);
  if (!provider)
    return provider.error();
  if (provider->blocked_until > now || is_down(*provider))
    return std::optional{waiting{wait_reason::provider, provider->reason, *position,
                                 std::max(provider->blocked_until, now)}};
  if (auto wait = wait_for_quota(provider->rate, *position); wait >= quota_wait_told_from)
    return std::optional{waiting{
        wait_reason::quota, "waiting for model quota, about " + std::to_string(wait.count()) + " s",
        *position, now + wait, wait}};
  auto counts = counts_of_log(state, log);
  if (!counts)
    return counts.error();
  const auto running = count_of(*counts, job_state::running);
  const bool full = settings->concurrency_max && running >= *settings->concurrency_max;
  return std::optional{
      waiting{full ? wait_reason::concurrency : wait_reason::position, {}, *position, {}}};
}

} // namespace dure::queries
