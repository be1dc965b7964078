#pragma once

#include "actors/core/event.hpp"
#include "actors/core/ledger.hpp"
#include "actors/core/question.hpp"
#include "actors/core/state.hpp"

#include <functional>
#include <vector>

/// What facts change of questions. Inside the ledger only.
///
/// A question follows the job that explains it: when the job changes its state, so do all its
/// followers and the counters of their sets, in the same record.
namespace dure::ledger {

result<std::vector<question_id>> followers_of(const state_reader& state, const job_id& job);

/// Changes a question and the counters of its set with it.
result<void> change_question(overlay& state, const question_id& id,
                             const std::function<void(question&)>& change);

/// What a job was before an event.
struct job_before {
  job_state state = job_state::pending;
  job_cost cost;
};

/// Moves the followers of `j`; the first of them pays what it has cost since.
result<void> follow(overlay& state, const job_before& before, const job& j);

/// Lets go of a job that is removed; its followers keep what they have got.
result<void> unfollow(overlay& state, const job& j);

result<void> apply_one(overlay& state, const events::question_put& e, const context& at);
result<void> apply_one(overlay& state, const events::question_settled& e, const context& at);
result<void> apply_one(overlay& state, const events::question_asked& e, const context& at);
result<void> apply_one(overlay& state, const events::question_removed& e, const context& at);
result<void> apply_one(overlay& state, const events::work_disowned& e, const context& at);

} // namespace dure::ledger
