#pragma once

#include "actors/protocol/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dure::test {

/// What a scripted scheduler heard, and how it is to answer.
struct scheduler_script {
  std::vector<command> wishes; ///< Everything that was wished, repeats too.
  std::optional<errc> refusal; ///< Every wish, claim and barrier is refused with it.

  struct waiting_claim {
    claim wish;
    caf::typed_response_promise<outcome_batch> caller;
  };

  std::deque<waiting_claim> claims;          ///< Not answered yet, oldest first.
  std::optional<result<answer>> next_answer; ///< The next tick gives it to the oldest claim.
  std::vector<std::string> members;          ///< Who may lead, as last told.
  std::vector<shard_mending> mendings;       ///< Words of an operator.
  int barriers = 0;                          ///< How often proof was asked for.
  bool holds_barriers = false;      ///< They are answered at a tick when it is false again.
  bool answers_one_barrier = false; ///< The next tick answers the oldest that is held.
  std::deque<caf::typed_response_promise<outcome_batch>> held_barriers;
  bool drained = false;

  /// Called by the actor: a promise may be kept on its own thread only.
  void answer_claim() {
    if (!next_answer || claims.empty())
      return;
    auto oldest = std::move(claims.front());
    claims.pop_front();
    oldest.caller.deliver(outcome_batch{{*next_answer}});
    next_answer.reset();
  }

  void answer_barriers() {
    while (!held_barriers.empty() &&
           (!holds_barriers || std::exchange(answers_one_barrier, false))) {
      auto oldest = std::move(held_barriers.front());
      held_barriers.pop_front();
      oldest.deliver(outcome_batch{
          {refusal ? result<answer>{error{*refusal, {}}} : result<answer>{answer{accepted{}}}}});
    }
  }

  template <class Body> std::vector<Body> all() const {
    std::vector<Body> found;
    for (const auto& wish : wishes)
      if (const auto* body = std::get_if<Body>(&wish.body))
        found.push_back(*body);
    return found;
  }
};

/// A scheduler that does what the test says. `script` outlives it.
inline scheduler_actor::behavior_type scripted_scheduler(scheduler_actor::pointer self,
                                                         scheduler_script* script) {
  return {
      [=](atom::wish, const wish_batch& asked) {
        script->wishes.insert(script->wishes.end(), asked.commands.begin(), asked.commands.end());
        outcome_batch told;
        told.outcomes.assign(asked.commands.size(),
                             script->refusal ? result<answer>{error{*script->refusal, {}}}
                                             : result<answer>{answer{accepted{}}});
        return told;
      },
      [=](atom::claim, const claim_request& asked) {
        auto caller = self->make_response_promise<outcome_batch>();
        if (script->refusal)
          caller.deliver(outcome_batch{{error{*script->refusal, {}}}});
        else
          script->claims.push_back({std::get<claim>(asked.wish.body), caller});
        return caller;
      },
      [=](atom::barrier) {
        auto caller = self->make_response_promise<outcome_batch>();
        ++script->barriers;
        script->held_barriers.push_back(caller);
        script->answer_barriers();
        return caller;
      },
      [=](atom::journal, const journal_message&) {},
      [=](atom::channel, const channel_message&) {},
      [=](atom::snapshot, const snapshot_message&) {},
      [=](atom::members, const std::vector<std::string>& told) { script->members = told; },
      [=](atom::mend, const shard_mending& wish) { script->mendings.push_back(wish); },
      [=](atom::tick) {
        script->answer_claim();
        script->answer_barriers();
      },
      [=](atom::leaving) {},
      [=](atom::drain) {
        script->drained = true;
        return true;
      },
      [=](atom::status) { return shard_status{}; },
  };
}

} // namespace dure::test
