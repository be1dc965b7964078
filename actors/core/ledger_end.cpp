#include "actors/core/keys.hpp"
#include "actors/core/ledger_charge.hpp"
#include "actors/core/ledger_check.hpp"
#include "actors/core/ledger_decide.hpp"
#include "actors/core/ledger_provider.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/retry.hpp"

#include <algorithm>
#include <vector>

namespace dure::ledger {

namespace {

/// How an attempt ended, whoever says so.
struct ending {
  lease of;
  attempt_end end = attempt_end::failed;
  job_error failure{}; ///< When failed, died or timed_out.
  std::optional<timestamp> retry_not_before{};
  std::uint64_t peak_memory_bytes = 0;
  bill owed{};
  std::optional<timestamp> excused_until{}; ///< Nobody could have completed it before.

  std::optional<job_error> told_failure() const {
    const auto failed =
        end == attempt_end::failed || end == attempt_end::died || end == attempt_end::timed_out;
    return failed ? std::optional{failure} : std::nullopt;
  }
};

/// Whoever ends so says nothing of what it has cost.
bool is_unheard(attempt_end end) {
  return end == attempt_end::lost || end == attempt_end::died || end == attempt_end::timed_out;
}

/// Returns whether the lease's attempt is in the job's history and ended as `end`, or was swallowed
/// by a cancel: then the message that says so is a repeat.
bool ended_so_before(const job& j, const lease& of, attempt_end end) {
  const auto same = [&of](const attempt& a) {
    return a.n == of.attempt && a.epoch == of.epoch && a.node == of.node && a.boot == of.boot;
  };
  const auto past = std::find_if(j.attempts.begin(), j.attempts.end(), same);
  return past != j.attempts.end() && (past->end == end || past->end == attempt_end::cancelled);
}

/// Returns the job if `of` is its live lease, nothing if its end is a repeat, or errc::stale_lease.
result<std::optional<job>> leased_job(const state_reader& state, const lease& of, attempt_end end) {
  auto j = known_job(state, of.job);
  if (!j)
    return j.error();
  if (j->state == job_state::running && live_lease(*j) == of)
    return std::optional<job>{std::move(*j)};
  if (ended_so_before(*j, of, end))
    return std::optional<job>{};
  return error{errc::stale_lease,
               "attempt " + std::to_string(of.attempt) + " of job " + to_string(of.job)};
}

event failed_for_good(const job& j, const ending& e, job_error why, timestamp now) {
  return events::job_failed{
      e.of, e.end, std::move(why), e.owed.cost, e.peak_memory_bytes, expiry(j.spec.queue, now)};
}

event pending_again(const ending& e, bool counted, timestamp now) {
  std::optional<job_error> failure;
  if (counted)
    failure = e.told_failure();
  return events::attempt_ended{e.of,
                               e.end,
                               std::move(failure),
                               e.owed.cost,
                               e.peak_memory_bytes,
                               counted,
                               job_state::pending,
                               now};
}

/// Tries again without counting the attempt; of those that may have been paid only a few.
event uncounted(const job& j, const ending& e, timestamp now) {
  if (may_be_spared(j, e.owed))
    return pending_again(e, false, now);
  if (j.attempts_counted + 1 < j.spec.max_attempts)
    return pending_again(e, true, now);
  return failed_for_good(
      j, e, {"answers_lost", "Its answer was lost again, and each may have been paid for.", true},
      now);
}

event after_loss(const job& j, const ending& e, timestamp now) {
  if (j.losses < limits::losses_max)
    return uncounted(j, e, now);
  return failed_for_good(
      j, e, {"lost", "Its node was lost " + std::to_string(j.losses + 1) + " times.", true}, now);
}

event after_death(const job& j, const ending& e, timestamp now) {
  if (j.deaths + 1 >= limits::deaths_max)
    return failed_for_good(
        j, e, {"poison", "It ended its handler " + std::to_string(j.deaths + 1) + " times.", false},
        now);
  if (j.attempts_counted + 1 >= j.spec.max_attempts)
    return failed_for_good(j, e, e.failure, now);
  return pending_again(e, true, now);
}

event after_failure(const job& j, const ending& e, timestamp now) {
  if (e.excused_until && may_be_spared(j, e.owed))
    return events::attempt_ended{e.of,
                                 e.end,
                                 e.failure,
                                 e.owed.cost,
                                 e.peak_memory_bytes,
                                 false,
                                 job_state::scheduled,
                                 *e.excused_until};
  const auto failures = j.attempts_counted + 1U;
  if (!e.failure.retryable || failures >= j.spec.max_attempts)
    return failed_for_good(j, e, e.failure, now);
  const auto told = std::min(e.retry_not_before.value_or(now), now + limits::retry_after_max);
  const auto run_at = std::max(now + backoff(failures, j.spec.id, e.of.attempt), told);
  return events::attempt_ended{
      e.of, e.end, e.failure, e.owed.cost, e.peak_memory_bytes, true, job_state::scheduled, run_at};
}

/// Returns what follows when the live attempt of `j` did not complete.
event after(const job& j, const ending& e, timestamp now) {
  if (j.cancel_requested)
    return events::job_cancelled{j.spec.id,           e.end,
                                 e.told_failure(),    e.owed.cost,
                                 e.peak_memory_bytes, expiry(j.spec.queue, now)};
  if (e.of.attempt >= limits::attempts_ever_max)
    return failed_for_good(
        j, e, {"exhausted", "It was tried " + std::to_string(e.of.attempt) + " times.", false},
        now);
  switch (e.end) {
  case attempt_end::lost:
    return after_loss(j, e, now);
  case attempt_end::died:
    return after_death(j, e, now);
  case attempt_end::failed:
  case attempt_end::timed_out:
    return after_failure(j, e, now);
  case attempt_end::released:
  case attempt_end::cancelled:
  case attempt_end::completed:
    break;
  }
  return uncounted(j, e, now);
}

result<decision> decide_end(const state_reader& state, const ending& e, const context& at) {
  auto j = leased_job(state, e.of, e.end);
  if (!j)
    return j.error();
  if (!*j)
    return no_event();
  auto made = one_event(after(**j, e, at.now));
  book(**j, e.owed, made);
  return made;
}

} // namespace

result<decision> decide_on(const state_reader& state, const complete& c, const context& at) {
  auto j = leased_job(state, c.of, attempt_end::completed);
  if (!j)
    return j.error();
  if (!*j)
    return no_event();
  const auto expires_at = expiry((*j)->spec.queue, at.now);
  // The result came too late: somebody was promised that the job will not complete.
  const bool late = (*j)->cancel_requested;
  auto made =
      late ? one_event(events::job_cancelled{
                 c.of.job, attempt_end::cancelled, {}, c.cost, c.peak_memory_bytes, expires_at})
           : one_event(
                 events::job_completed{c.of, c.outcome, c.cost, c.peak_memory_bytes, expires_at});
  book(**j, {c.cost, c.possibly_charged}, made);
  if (!late && !c.reusable && (*j)->spec.queue == questions_queue)
    made.events.push_back(events::work_disowned{c.of.job});
  if (concerns_provider((*j)->spec))
    if (auto noted = note_success(state, c, made, at); !noted)
      return noted.error();
  return made;
}

result<decision> decide_on(const state_reader& state, const fail& c, const context& at) {
  auto j = leased_job(state, c.of, c.end);
  if (!j)
    return j.error();
  bool concerned = *j && concerns_provider((*j)->spec);
  auto failure = within_limits(c.failure);
  if (concerned) {
    auto odd = is_refused_itself(state, **j, c.failure.code, at);
    if (!odd)
      return odd.error();
    failure.retryable = failure.retryable && !*odd;
    concerned = !*odd;
  }
  result<std::optional<timestamp>> excused{std::optional<timestamp>{}};
  if (concerned)
    excused = excuse(state, c.failure.code, at);
  if (!excused)
    return excused.error();
  const bill owed{c.cost, c.possibly_charged, is_unheard(c.end)};
  auto made = decide_end(
      state,
      {c.of, c.end, std::move(failure), c.retry_not_before, c.peak_memory_bytes, owed, *excused},
      at);
  if (concerned && made && !made->events.empty())
    if (auto noted = note_failure(state, c, *made, at); !noted)
      return noted.error();
  return made;
}

result<decision> decide_on(const state_reader& state, const release& c, const context& at) {
  const bill owed{c.cost, c.possibly_charged, c.unheard};
  return decide_end(state, {c.of, c.end, {}, {}, c.peak_memory_bytes, owed}, at);
}

result<decision> decide_on(const state_reader& state, const lose_node& c, const context& at) {
  std::vector<job_id> lost;
  auto scanned = state.scan(family::leases, keys::leases_of(at.log, c.node), scan_order::ascending,
                            [&](std::string_view key, std::string_view) {
                              const auto id = keys::job_at_end(key);
                              if (id && keys::boot_of_lease(key) != c.except)
                                lost.push_back(*id);
                              return lost.size() < limits::lost_leases_max;
                            });
  if (!scanned)
    return scanned.error();
  auto made = no_event();
  for (const auto& id : lost) {
    auto j = promised_job(state, id);
    if (!j)
      return j.error();
    ending e{live_lease(*j), attempt_end::lost};
    e.owed.unheard = true;
    made.events.push_back(after(*j, e, at.now));
    book(*j, e.owed, made);
  }
  return made;
}

result<decision> decide_on(const state_reader& state, const end_overdue& c, const context& at) {
  auto j = leased_job(state, c.of, attempt_end::timed_out);
  if (!j)
    return j.error();
  if (!*j || (*j)->attempts.back().ends_at > at.now)
    return no_event();
  ending e{c.of, attempt_end::timed_out, {"timed_out", "Nothing was heard of it in time.", true}};
  e.owed.unheard = true;
  auto made = one_event(after(**j, e, at.now));
  book(**j, e.owed, made);
  return made;
}

} // namespace dure::ledger
