#include "actors/core/keys.hpp"
#include "actors/core/ledger_decide.hpp"
#include "actors/core/ledger_index.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"

#include <algorithm>

namespace dure::ledger {

namespace {

bool waits(const job& j) {
  return j.state == job_state::pending || j.state == job_state::scheduled;
}

/// The answer when nothing had to change.
decision as_it_is(const job& j) {
  return no_event(job_changed{j.spec.id, j.state, j.cancel_requested, j.version});
}

/// The answer when one event makes the job's next version.
decision changed(const job& j, event e, job_state to, bool cancel_requested = false) {
  return one_event(std::move(e), job_changed{j.spec.id, to, cancel_requested, j.version + 1});
}

/// Returns whether the group's time is over: all of its jobs have ended, and the last one long ago.
result<bool> may_expire(const state_reader& state, const job& j, const context& at) {
  if (j.spec.group.empty())
    return j.expires_at && *j.expires_at <= at.now;
  auto row =
      row_or_empty<count_row>(state, family::groups, keys::counts_of_group(at.log, j.spec.group));
  if (!row)
    return row.error();
  const auto due = due_of_group(*row);
  return due && *due <= at.now;
}

} // namespace

result<decision> decide_on(const state_reader& state, const cancel& c, const context& at) {
  auto j = known_job(state, c.id);
  if (!j)
    return j.error();
  if (is_end(j->state))
    return wrong_state(*j);
  if (waits(*j))
    return changed(*j, events::job_cancelled{c.id, {}, {}, {}, 0, expiry(j->spec.queue, at.now)},
                   job_state::cancelled);
  if (j->cancel_requested)
    return as_it_is(*j);
  return changed(*j, events::cancel_requested{c.id}, job_state::running, true);
}

result<decision> decide_on(const state_reader& state, const retry& c, const context& at) {
  auto j = known_job(state, c.id);
  if (!j)
    return j.error();
  if (j->state != job_state::failed && j->state != job_state::cancelled)
    return wrong_state(*j);
  if (j->attempts_made >= limits::attempts_ever_max)
    return error{errc::wrong_state, "job " + to_string(c.id) + " was tried too often"};
  auto other = holder_of_key(state, j->spec);
  if (!other)
    return other.error();
  if (*other && !is_end((*other)->state))
    return error{errc::unique_taken, "job " + to_string((*other)->spec.id)};
  if (auto room = room_for_one(state, at.log); !room)
    return room.error();
  return changed(*j, events::job_retried{c.id}, job_state::pending);
}

result<decision> decide_on(const state_reader& state, const reprioritise& c, const context&) {
  auto j = known_job(state, c.id);
  if (!j)
    return j.error();
  if (!waits(*j))
    return wrong_state(*j);
  if (j->spec.priority == c.priority)
    return as_it_is(*j);
  return changed(*j, events::job_reprioritised{c.id, c.priority}, j->state);
}

result<decision> decide_on(const state_reader& state, const reschedule& c, const context& at) {
  auto j = known_job(state, c.id);
  if (!j)
    return j.error();
  if (!waits(*j))
    return wrong_state(*j);
  const auto to = c.run_at > at.now ? job_state::scheduled : job_state::pending;
  const auto run_at = std::max(c.run_at, at.now);
  if (j->state == to && (to == job_state::pending || j->spec.run_at == run_at))
    return as_it_is(*j);
  return changed(*j, events::job_rescheduled{c.id, run_at, to}, to);
}

result<decision> decide_on(const state_reader& state, const remove& c, const context& at) {
  auto j = known_job(state, c.id);
  if (!j)
    return j.error();
  if (!is_end(j->state))
    return wrong_state(*j);
  auto made = one_event(events::job_removed{c.id, false});
  // What is kept under the job's own id tells a late submit of it, and every reader, that it went.
  made.events.push_back(
      events::command_answered{command_id{c.id.value}, accepted{}, at.now + limits::answers_kept});
  return made;
}

result<decision> decide_on(const state_reader& state, const make_ready& c, const context& at) {
  auto j = known_job(state, c.id);
  if (!j)
    return j.error();
  if (j->state != job_state::scheduled || j->spec.run_at > at.now)
    return no_event();
  return one_event(events::job_readied{c.id});
}

result<decision> decide_on(const state_reader& state, const expire& c, const context& at) {
  auto j = known_job(state, c.id);
  if (!j)
    return j.error();
  if (!is_end(j->state))
    return no_event();
  auto over = may_expire(state, *j, at);
  if (!over)
    return over.error();
  if (!*over)
    return no_event();
  return one_event(events::job_removed{c.id, true});
}

} // namespace dure::ledger
