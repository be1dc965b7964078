#include "actors/core/keys.hpp"
#include "actors/core/ledger_decide.hpp"
#include "actors/core/ledger_follow.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/question_keys.hpp"

#include <algorithm>

namespace dure::ledger {

namespace {

result<question> known_question(const state_reader& state, const question_id& id) {
  auto row = find_row<question>(state, family::questions, keys::question(id));
  if (!row)
    return row.error();
  if (!*row)
    return error{errc::not_found, "question " + to_string(id)};
  return std::move(**row);
}

decision as_it_is(const question& q) {
  return no_event(question_taken{q.id, q.state, q.job});
}

/// Where an explanation comes from.
struct source {
  std::string answer{};         ///< It is kept already.
  std::optional<job_id> job{};  ///< It is being made, or will be.
  std::optional<event> begun{}; ///< The job is new.
};

/// Returns the question that leads this work, or nothing.
result<std::optional<question>> leader_of(const state_reader& state, log_number log,
                                          const std::string& work) {
  if (work.empty())
    return std::optional<question>{};
  auto named = find_row<job_id>(state, family::questions, keys::work(log, work));
  if (!named)
    return named.error();
  if (!*named)
    return std::optional<question>{};
  auto leader = known_question(state, question_id{(*named)->value});
  // Older nodes left the row behind when its question lost the work's name.
  if (!leader && (leader.error().code == errc::not_found || leader.error().code == errc::gone))
    return std::optional<question>{};
  if (!leader)
    return leader.error();
  return leader->work == work ? std::optional{std::move(*leader)} : std::nullopt;
}

result<source> new_job(const state_reader& state, const job_spec& spec, const context& at) {
  if (auto room = room_for_one(state, at.log); !room)
    return room.error();
  events::job_submitted begun{spec, job_state::pending};
  begun.spec.run_at = at.now;
  return source{{}, spec.id, std::move(begun)};
}

/// Looks for a kept answer, then for equal work in flight; else begins a job.
result<source> find_source(const state_reader& state, const std::string& work, const job_spec& spec,
                           const context& at) {
  auto leader = leader_of(state, at.log, work);
  if (!leader)
    return leader.error();
  if (!*leader)
    return new_job(state, spec, at);
  if ((*leader)->state == question_state::completed)
    return source{std::move((*leader)->answer), {}, {}};
  if (!is_live((*leader)->state))
    return new_job(state, spec, at);
  auto running = promised_job(state, (*leader)->job);
  if (!running)
    return running.error();
  if (running->cancel_requested)
    return new_job(state, spec, at);
  return source{{}, running->spec.id, {}};
}

/// Lets go of the question's job: what nobody else waits for is cancelled, what has ended goes.
result<void> let_go(const state_reader& state, const question& q, decision& made,
                    const context& at) {
  if (q.job == job_id{})
    return {};
  auto followers = followers_of(state, q.job);
  if (!followers)
    return followers.error();
  if (followers->size() > 1)
    return {};
  auto j = promised_job(state, q.job);
  if (!j)
    return j.error();
  if (is_end(j->state))
    made.events.push_back(events::job_removed{q.job, false});
  else if (j->state != job_state::running)
    made.events.push_back(
        events::job_cancelled{q.job, {}, {}, {}, 0, expiry(j->spec.queue, at.now)});
  else if (!j->cancel_requested)
    made.events.push_back(events::cancel_requested{q.job});
  return {};
}

/// Returns whether asking again means another try of the job that failed.
result<bool> may_retry(const state_reader& state, const question& q, const ask_question& c) {
  if (c.anew || q.job == job_id{} || q.work != c.work)
    return false;
  auto j = promised_job(state, q.job);
  if (!j)
    return j.error();
  return j->state == job_state::failed || j->state == job_state::cancelled;
}

result<source> source_for(const state_reader& state, const ask_question& c, const context& at) {
  if (c.anew)
    return new_job(state, c.job, at);
  return find_source(state, c.work, c.job, at);
}

} // namespace

result<decision> decide_on(const state_reader& state, const put_question& c, const context& at) {
  auto known = known_question(state, c.id);
  if (known)
    return as_it_is(*known);
  if (known.error().code != errc::not_found)
    return known.error();
  events::question_put put{c.id, c.set, c.label, c.work, c.content, c.answer, {}};
  if (!c.job || !c.answer.empty())
    return one_event(put, question_taken{c.id, question_state::completed, {}});
  auto from = find_source(state, c.work, *c.job, at);
  if (!from)
    return from.error();
  decision made;
  if (from->begun)
    made.events.push_back(std::move(*from->begun));
  put.answer = std::move(from->answer);
  put.job = from->job;
  made.reply = question_taken{c.id, from->job ? question_state::pending : question_state::completed,
                              from->job.value_or(job_id{})};
  made.events.push_back(std::move(put));
  return made;
}

result<decision> decide_on(const state_reader& state, const answer_question& c, const context& at) {
  auto q = known_question(state, c.id);
  if (!q)
    return q.error();
  auto made = one_event(events::question_settled{c.id, {}, c.answer, {}},
                        question_taken{c.id, question_state::completed, {}});
  if (auto gone = let_go(state, *q, made, at); !gone)
    return gone.error();
  return made;
}

result<decision> decide_on(const state_reader& state, const ask_question& c, const context& at) {
  auto q = known_question(state, c.id);
  if (!q)
    return q.error();
  if (is_live(q->state))
    return as_it_is(*q);
  auto again = may_retry(state, *q, c);
  if (!again)
    return again.error();
  if (*again)
    return one_event(events::job_retried{q->job},
                     question_taken{c.id, question_state::pending, q->job});
  auto from = source_for(state, c, at);
  if (!from)
    return from.error();
  decision made;
  made.reply = question_taken{c.id, question_state::completed, {}};
  if (!from->job) {
    made.events.push_back(events::question_settled{c.id, c.work, std::move(from->answer), {}});
  } else {
    if (from->begun)
      made.events.push_back(std::move(*from->begun));
    made.events.push_back(events::question_asked{c.id, c.work, *from->job});
    made.reply = question_taken{c.id, question_state::pending, *from->job};
  }
  if (auto gone = let_go(state, *q, made, at); !gone)
    return gone.error();
  return made;
}

result<decision> decide_on(const state_reader& state, const cancel_question& c, const context& at) {
  auto q = known_question(state, c.id);
  if (!q)
    return q.error();
  if (!is_live(q->state))
    return error{errc::wrong_state,
                 "question " + to_string(c.id) + " is " + std::string{to_string(q->state)}};
  auto followers = followers_of(state, q->job);
  if (!followers)
    return followers.error();
  auto made = as_it_is(*q);
  if (followers->size() > 1) {
    made.events.push_back(
        events::question_settled{c.id, {}, {}, job_error{"cancelled", "It was cancelled.", true}});
    return made;
  }
  if (auto gone = let_go(state, *q, made, at); !gone)
    return gone.error();
  return made;
}

result<decision> decide_on(const state_reader& state, const remove_question& c, const context& at) {
  auto q = known_question(state, c.id);
  if (!q && q.error().code == errc::not_found)
    return no_event();
  if (!q)
    return q.error();
  auto made = one_event(events::question_removed{c.id});
  if (auto gone = let_go(state, *q, made, at); !gone)
    return gone.error();
  return made;
}

} // namespace dure::ledger
