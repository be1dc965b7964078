#include "actors/core/ledger_follow.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/ledger_charge.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/question_keys.hpp"

#include <algorithm>
#include <utility>

namespace dure::ledger {

namespace {

/// Codes beyond this many are counted as one.
constexpr std::size_t failure_codes_max = 64;
constexpr std::string_view other_code = "other";

job_cost difference(const job_cost& now, const job_cost& before) {
  return {now.tokens_in - before.tokens_in, now.tokens_out - before.tokens_out,
          now.micros - before.micros};
}

void count_failure(std::vector<failure_count>& failures, std::string_view code) {
  const auto place = std::lower_bound(
      failures.begin(), failures.end(), code,
      [](const failure_count& f, std::string_view wanted) { return f.code < wanted; });
  if (place != failures.end() && place->code == code)
    ++place->questions;
  else if (failures.size() < failure_codes_max || code == other_code)
    failures.insert(place, {std::string{code}, 1});
  else
    count_failure(failures, other_code);
}

void discount_failure(std::vector<failure_count>& failures, std::string_view code) {
  const auto named = [&failures](std::string_view wanted) {
    return std::find_if(failures.begin(), failures.end(),
                        [wanted](const failure_count& f) { return f.code == wanted; });
  };
  auto found = named(code);
  if (found == failures.end())
    found = named(other_code);
  if (found != failures.end() && --found->questions == 0)
    failures.erase(found);
}

bool holds_nothing(const question_counts& counts) {
  return std::all_of(counts.by_state.begin(), counts.by_state.end(),
                     [](std::uint64_t n) { return n == 0; });
}

/// Moves one question in the counters of its set; nothing before: it is new, after: it is gone.
result<void> recount(overlay& state, const question* before, const question* after) {
  const auto& any = before ? *before : *after;
  const auto key = keys::question_counts(log_of(any.id), any.set);
  auto row = row_or_empty<question_counts>(state, family::questions, key);
  if (!row)
    return row.error();
  if (after) {
    ++count_of(*row, after->state);
    if (after->failure)
      count_failure(row->failures, after->failure->code);
  }
  if (before) {
    if (count_of(*row, before->state)-- == 0)
      return error{errc::corrupt, "a counter of questions would go below zero"};
    if (before->failure)
      discount_failure(row->failures, before->failure->code);
  }
  if (before && after) {
    row->cost += difference(after->cost, before->cost);
    row->possibly_charged += after->possibly_charged - before->possibly_charged;
  }
  if (holds_nothing(*row))
    state.erase(family::questions, key);
  else
    state.put(family::questions, key, encode(*row));
  return {};
}

result<question> promised_question(const state_reader& state, const question_id& id) {
  auto row = find_row<question>(state, family::questions, keys::question(id));
  if (!row)
    return row.error();
  if (!*row)
    return error{errc::corrupt, "question " + to_string(id) + " is named but is not there"};
  return std::move(**row);
}

/// Returns whether equal work is told of this question.
result<bool> leads_work(const state_reader& state, const question& q) {
  auto leader = find_row<job_id>(state, family::questions, keys::work(log_of(q.id), q.work));
  if (!leader)
    return leader.error();
  return *leader == job_id{q.id.value};
}

/// Lets another follower of the job lead the work that the question, which has left, led.
result<void> pass_work_on(overlay& state, const question& q) {
  auto led = leads_work(state, q);
  if (!led || !*led)
    return led ? result<void>{} : led.error();
  auto others = followers_of(state, q.job);
  if (!others)
    return others.error();
  auto key = keys::work(log_of(q.id), q.work);
  if (others->empty())
    state.erase(family::questions, std::move(key));
  else
    state.put(family::questions, std::move(key), encode(job_id{others->front().value}));
  return {};
}

void leave_job(overlay& state, const question& q) {
  if (q.job != job_id{})
    state.erase(family::questions, keys::follower(q.job, q.id));
}

/// The last to leave a job that still runs pays for what that may cost yet.
result<void> leave_to_pay(overlay& state, const question& q) {
  leave_job(state, q);
  auto j = find_row<job>(state, family::jobs, keys::job(q.job));
  if (!j)
    return j.error();
  if (!*j || (*j)->state != job_state::running)
    return {};
  auto others = followers_of(state, q.job);
  if (others && others->empty())
    state.put(family::questions, keys::debtor(q.job), encode(debtor_row{q.id, q.set}));
  return others ? result<void>{} : others.error();
}

/// The first question that follows a job leads its work: equal ones are told of it.
result<void> begin_to_follow(overlay& state, question& q, const job_id& job) {
  auto j = promised_job(state, job);
  if (!j)
    return j.error();
  auto others = followers_of(state, job);
  if (!others)
    return others.error();
  if (others->empty() && !q.work.empty())
    state.put(family::questions, keys::work(log_of(q.id), q.work), encode(job_id{q.id.value}));
  q.job = job;
  q.state = state_under(j->state);
  q.failure.reset();
  state.put(family::questions, keys::follower(job, q.id), {});
  return {};
}

/// What the end of a job means for a question.
void take_outcome(question& q, const job& j) {
  q.state = state_under(j.state);
  q.failure.reset();
  if (j.state == job_state::completed) {
    // An explainer keeps its answers inline; whatever it left elsewhere is not one.
    q.answer = j.outcome.json.empty() ? "{}" : j.outcome.json;
    q.explained_at = j.completed_at;
  }
  if (j.state == job_state::failed)
    q.failure = j.failure;
  if (j.state == job_state::cancelled)
    q.failure = job_error{"cancelled", "It was cancelled.", true};
}

} // namespace

result<void> change_question(overlay& state, const question_id& id,
                             const std::function<void(question&)>& change) {
  auto q = promised_question(state, id);
  if (!q)
    return q.error();
  const auto before = *q;
  change(*q);
  ++q->version;
  state.put(family::questions, keys::question(id), encode(*q));
  return recount(state, &before, &*q);
}

result<std::vector<question_id>> followers_of(const state_reader& state, const job_id& job) {
  std::vector<question_id> ids;
  auto scanned = state.scan(family::questions, keys::followers_of(job), scan_order::ascending,
                            [&ids](std::string_view key, std::string_view) {
                              if (auto id = keys::question_at_end(key))
                                ids.push_back(*id);
                              return true;
                            });
  if (!scanned)
    return scanned.error();
  return ids;
}

result<void> follow(overlay& state, const job_before& before, const job& j) {
  if (j.spec.queue != questions_queue || before.state == j.state)
    return {};
  auto followers = followers_of(state, j.spec.id);
  if (!followers)
    return followers.error();
  bool pays = true;
  for (const auto& id : *followers) {
    auto changed = change_question(state, id, [&](question& q) {
      take_outcome(q, j);
      if (std::exchange(pays, false))
        q.cost += difference(j.cost, before.cost);
    });
    if (!changed)
      return changed;
  }
  if (!followers->empty())
    return {};
  auto charged = charge(state, j, difference(j.cost, before.cost), false);
  if (is_end(j.state))
    state.erase(family::questions, keys::debtor(j.spec.id));
  return charged;
}

result<void> unfollow(overlay& state, const job& j) {
  if (j.spec.queue != questions_queue)
    return {};
  auto followers = followers_of(state, j.spec.id);
  if (!followers)
    return followers.error();
  for (const auto& id : *followers) {
    auto changed = change_question(state, id, [&](question& q) {
      leave_job(state, q);
      q.job = {};
    });
    if (!changed)
      return changed;
  }
  return {};
}

result<void> apply_one(overlay& state, const events::question_put& e, const context& at) {
  question q;
  q.id = e.id;
  q.set = e.set;
  q.label = e.label;
  q.work = e.work;
  q.answer = e.answer;
  q.created_at = at.now;
  if (e.job) {
    if (auto followed = begin_to_follow(state, q, *e.job); !followed)
      return followed;
  } else {
    q.state = question_state::completed;
    q.explained_at = at.now;
  }
  state.put(family::questions, keys::question(e.id), encode(q));
  state.put(family::questions, keys::question_text(e.id), e.content);
  state.put(family::questions, keys::question_in_set(e.set, e.id), {});
  return recount(state, nullptr, &q);
}

result<void> apply_one(overlay& state, const events::question_settled& e, const context& at) {
  result<void> left{};
  auto changed = change_question(state, e.id, [&](question& q) {
    left = leave_to_pay(state, q);
    if (left && q.work != e.work)
      left = pass_work_on(state, q);
    q.job = {};
    q.work = e.work;
    q.failure = e.failure;
    q.state = e.failure ? question_state::failed : question_state::completed;
    if (!e.failure) {
      q.answer = e.answer;
      q.explained_at = at.now;
    }
  });
  return left ? changed : left;
}

result<void> apply_one(overlay& state, const events::question_asked& e, const context&) {
  result<void> followed{};
  auto changed = change_question(state, e.id, [&](question& q) {
    leave_job(state, q);
    if (q.work != e.work)
      followed = pass_work_on(state, q);
    q.work = e.work;
    if (followed)
      followed = begin_to_follow(state, q, e.job);
  });
  return followed ? changed : followed;
}

result<void> apply_one(overlay& state, const events::question_removed& e, const context&) {
  auto q = promised_question(state, e.id);
  if (!q)
    return q.error();
  if (auto left = leave_to_pay(state, *q); !left)
    return left;
  if (auto passed = pass_work_on(state, *q); !passed)
    return passed;
  state.erase(family::questions, keys::question(e.id));
  state.erase(family::questions, keys::question_text(e.id));
  state.erase(family::questions, keys::question_in_set(q->set, e.id));
  return recount(state, &*q, nullptr);
}

result<void> apply_one(overlay& state, const events::work_disowned& e, const context&) {
  auto followers = followers_of(state, e.job);
  if (!followers)
    return followers.error();
  for (const auto& id : *followers) {
    result<bool> led = false;
    auto changed = change_question(state, id, [&](question& q) {
      led = leads_work(state, q);
      if (led && *led)
        state.erase(family::questions, keys::work(log_of(id), q.work));
      q.work.clear();
    });
    if (!led || !changed)
      return led ? changed : led.error();
  }
  return {};
}

} // namespace dure::ledger
