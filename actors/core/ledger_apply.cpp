#include "actors/core/keys.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/ledger_charge.hpp"
#include "actors/core/ledger_files.hpp"
#include "actors/core/ledger_follow.hpp"
#include "actors/core/ledger_index.hpp"
#include "actors/core/ledger_provider.hpp"
#include "actors/core/ledger_snapshot.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/timer.hpp"

#include <algorithm>
#include <concepts>
#include <utility>

namespace dure::ledger {

namespace {

/// Lets `change` work on a job and puts it back with all that follows from its row.
template <class Change> result<void> put_changed(overlay& state, job& j, Change&& change) {
  const auto before = index_rows(j);
  const job_before was{j.state, j.cost};
  change(j);
  ++j.version;
  state.put(family::jobs, keys::job(j.spec.id), encode(j));
  replace_rows(state, before, index_rows(j));
  if (j.state == job_state::failed || j.state == job_state::cancelled)
    if (auto freed = free_key(state, j); !freed)
      return freed.error();
  auto counted = count(state, j, {was.state, j.state});
  return counted ? follow(state, was, j) : counted;
}

template <class Change> result<void> change_job(overlay& state, const job_id& id, Change&& change) {
  auto j = promised_job(state, id);
  if (!j)
    return j.error();
  return put_changed(state, *j, std::forward<Change>(change));
}

/// Like change_job, for the end of the attempt that `of` names.
template <class Change>
result<void> change_running(overlay& state, const lease& of, Change&& change) {
  auto j = promised_job(state, of.job);
  if (!j)
    return j.error();
  if (j->state != job_state::running || live_lease(*j) != of)
    return error{errc::corrupt,
                 "an attempt of job " + to_string(of.job) + " ends that is not live"};
  return put_changed(state, *j, std::forward<Change>(change));
}

/// Closes the live attempt.
void end_attempt(job& j, attempt_end end, std::uint64_t peak_memory_bytes,
                 std::optional<job_error> failure, timestamp now) {
  auto& live = j.attempts.back();
  live.ended_at = now;
  live.end = end;
  live.peak_memory_bytes = peak_memory_bytes;
  live.failure = std::move(failure);
  if (end == attempt_end::lost)
    ++j.losses;
  if (end == attempt_end::died)
    ++j.deaths;
}

void end_job(job& j, job_state as, std::optional<timestamp> expires_at, timestamp now) {
  j.state = as;
  j.completed_at = now;
  j.expires_at = expires_at;
}

result<void> apply_one(overlay&, const events::leader_claimed&, const context&) {
  return {}; // Who leads is the replica's to know.
}

result<void> apply_one(overlay&, const events::barrier&, const context&) {
  return {};
}

result<void> apply_one(overlay& state, const events::job_submitted& e, const context& at) {
  job j;
  j.spec = e.spec;
  j.state = e.state;
  j.created_at = at.now;
  state.put(family::jobs, keys::job(j.spec.id), encode(j));
  replace_rows(state, {}, index_rows(j));
  hold_key(state, j);
  return count(state, j, {std::nullopt, j.state});
}

result<void> apply_one(overlay& state, const events::job_readied& e, const context&) {
  return change_job(state, e.id, [](job& j) { j.state = job_state::pending; });
}

/// What the attempt before made is out of date, and the oldest of many attempts are forgotten.
result<void> make_room_for_attempt(overlay& state, const job& j) {
  if (j.attempts.empty())
    return {};
  if (auto dropped = drop_artifacts(state, j.spec.id); !dropped)
    return dropped;
  if (j.attempts.size() >= limits::attempt_history_max)
    return drop_log(state, j.spec.id, j.attempts[1].n);
  return {};
}

result<void> apply_one(overlay& state, const events::job_leased& e, const context& at) {
  auto leased = promised_job(state, e.of.job);
  if (!leased)
    return leased.error();
  if (auto room = make_room_for_attempt(state, *leased); !room)
    return room;
  return put_changed(state, *leased, [&](job& j) {
    j.state = job_state::running;
    j.attempts_made = e.of.attempt;
    j.started_at = j.started_at.value_or(at.now);
    attempt next;
    next.n = e.of.attempt;
    next.node = e.of.node;
    next.boot = e.of.boot;
    next.epoch = e.of.epoch;
    next.claim = e.claim;
    next.started_at = at.now;
    next.ends_at = e.ends_at;
    j.attempts.push_back(std::move(next));
    if (j.attempts.size() > limits::attempt_history_max)
      j.attempts.erase(j.attempts.begin() + 1);
  });
}

result<void> apply_one(overlay& state, const events::job_completed& e, const context& at) {
  return change_running(state, e.of, [&](job& j) {
    end_attempt(j, attempt_end::completed, e.peak_memory_bytes, {}, at.now);
    ++j.attempts_counted;
    j.outcome = e.outcome;
    j.cost += e.cost;
    end_job(j, job_state::completed, e.expires_at, at.now);
  });
}

result<void> apply_one(overlay& state, const events::attempt_ended& e, const context& at) {
  return change_running(state, e.of, [&](job& j) {
    end_attempt(j, e.end, e.peak_memory_bytes, e.failure, at.now);
    if (e.counted)
      ++j.attempts_counted;
    j.cost += e.cost;
    j.state = e.state;
    j.spec.run_at = e.run_at;
  });
}

result<void> apply_one(overlay& state, const events::job_failed& e, const context& at) {
  return change_running(state, e.of, [&](job& j) {
    end_attempt(j, e.end, e.peak_memory_bytes, e.failure, at.now);
    if (e.end != attempt_end::lost)
      ++j.attempts_counted;
    j.cost += e.cost;
    j.failure = e.failure;
    end_job(j, job_state::failed, e.expires_at, at.now);
  });
}

result<void> apply_one(overlay& state, const events::cancel_requested& e, const context& at) {
  return change_job(state, e.id, [&](job& j) {
    j.cancel_requested = true;
    j.cancel_requested_at = at.now;
  });
}

result<void> apply_one(overlay& state, const events::job_cancelled& e, const context& at) {
  return change_job(state, e.id, [&](job& j) {
    if (j.state == job_state::running)
      end_attempt(j, e.end.value_or(attempt_end::cancelled), e.peak_memory_bytes, e.failure,
                  at.now);
    j.cost += e.cost;
    end_job(j, job_state::cancelled, e.expires_at, at.now);
  });
}

result<void> apply_one(overlay& state, const events::job_retried& e, const context& at) {
  return change_job(state, e.id, [&](job& j) {
    j.state = job_state::pending;
    j.cancel_requested = false;
    j.cancel_requested_at.reset();
    j.attempts_counted = 0;
    j.losses = 0;
    j.deaths = 0;
    j.failure.reset();
    j.completed_at.reset();
    j.expires_at.reset();
    j.spec.run_at = std::min(j.spec.run_at, at.now);
    hold_key(state, j);
  });
}

result<void> apply_one(overlay& state, const events::charge_spared& e, const context&) {
  return change_job(state, e.job, [](job& j) { ++j.spared; });
}

result<void> apply_one(overlay& state, const events::job_reprioritised& e, const context&) {
  return change_job(state, e.id, [&](job& j) { j.spec.priority = e.priority; });
}

result<void> apply_one(overlay& state, const events::job_rescheduled& e, const context&) {
  return change_job(state, e.id, [&](job& j) {
    j.state = e.state;
    j.spec.run_at = e.run_at;
  });
}

result<void> apply_one(overlay& state, const events::job_removed& e, const context&) {
  auto j = promised_job(state, e.id);
  if (!j)
    return j.error();
  if (!j->attempts.empty())
    if (auto dropped = drop_files(state, e.id); !dropped)
      return dropped;
  state.erase(family::jobs, keys::job(e.id));
  replace_rows(state, index_rows(*j), {});
  auto freed = free_key(state, *j);
  if (auto left = freed ? unfollow(state, *j) : freed; !left)
    return left;
  return count(state, *j, {j->state, std::nullopt});
}

/// Reads the row of the whole log, lets `change` work on it, and puts it back.
template <class Change> result<void> change_log(overlay& state, log_number log, Change&& change) {
  auto row = row_or_empty<log_row>(state, family::logs, keys::log(log));
  if (!row)
    return row.error();
  change(*row);
  state.put(family::logs, keys::log(log), encode(*row));
  return {};
}

result<void> apply_one(overlay& state, const events::queue_configured& e, const context& at) {
  return change_log(state, at.log, [&](log_row& row) { row.settings = e.settings; });
}

/// Takes a record out, with its timer.
result<void> drop_record(overlay& state, log_number log, const std::string& key) {
  auto old = find_row<record_row>(state, family::records, keys::record(log, key));
  if (!old)
    return old.error();
  if (*old && (*old)->expires_at)
    state.erase(family::timers,
                timer_key(log, {*(*old)->expires_at, timer_type::record_expiry, key}));
  state.erase(family::records, keys::record(log, key));
  return {};
}

result<void> apply_one(overlay& state, const events::record_put& e, const context& at) {
  if (auto dropped = drop_record(state, at.log, e.key); !dropped)
    return dropped;
  state.put(family::records, keys::record(at.log, e.key),
            encode(record_row{e.value, e.version, e.expires_at}));
  if (e.expires_at)
    state.put(family::timers, timer_key(at.log, {*e.expires_at, timer_type::record_expiry, e.key}),
              {});
  return change_log(state, at.log, [&](log_row& row) {
    row.record_version = std::max(row.record_version, e.version);
  });
}

result<void> apply_one(overlay& state, const events::record_deleted& e, const context& at) {
  return drop_record(state, at.log, e.key);
}

/// Takes a kept answer out, with its timer.
result<void> drop_answer(overlay& state, log_number log, const command_id& id) {
  auto old = find_row<answer_row>(state, family::commands, keys::command(log, id));
  if (!old)
    return old.error();
  if (*old)
    state.erase(family::timers,
                timer_key(log, make_timer((*old)->forget_at, timer_type::kept_answer, id.value)));
  state.erase(family::commands, keys::command(log, id));
  return {};
}

result<void> apply_one(overlay& state, const events::command_answered& e, const context& at) {
  if (auto dropped = drop_answer(state, at.log, e.id); !dropped)
    return dropped;
  state.put(family::commands, keys::command(at.log, e.id),
            encode(answer_row{e.reply, e.forget_at}));
  state.put(family::timers,
            timer_key(at.log, make_timer(e.forget_at, timer_type::kept_answer, e.id.value)), {});
  return {};
}

result<void> apply_one(overlay& state, const events::answer_forgotten& e, const context& at) {
  return drop_answer(state, at.log, e.id);
}

result<void> apply_one(overlay& state, const events::artifacts_added& e, const context&) {
  return put_artifacts(state, e.of.job, e.artifacts);
}

result<void> apply_one(overlay& state, const events::log_kept& e, const context&) {
  return put_log(state, e.of.job, e.of.attempt, e.log);
}

template <class Event>
concept defined_for_later = std::same_as<Event, events::job_split> ||
    std::same_as<Event, events::parts_joined> || std::same_as<Event, events::input_poisoned>;

result<void> apply_one(overlay&, const defined_for_later auto&, const context&) {
  return error{errc::newer_node_needed, "an event whose rules a newer node has"};
}

} // namespace

result<void> apply(overlay& state, const event& e, const context& at) {
  return std::visit([&](const auto& one) { return apply_one(state, one, at); }, e);
}

} // namespace dure::ledger
