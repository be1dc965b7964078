#include "actors/scheduler/scheduler.hpp"

#include "actors/protocol/weak_handle.hpp"
#include "actors/scheduler/effect_carrier.hpp"

#include <utility>

namespace dure {

namespace {

using scheduler_pointer = scheduler_actor::stateful_pointer<scheduler_state>;
using outcomes_promise = caf::typed_response_promise<outcome_batch>;

constexpr milliseconds tick_period{100};
constexpr std::size_t unanswered_max = 100'000; ///< Wishes; further ones are told to come later.

void open(scheduler_pointer self, scheduler_context context);
void take(scheduler_pointer self, std::vector<command> wishes, outcomes_promise caller);
void wait_for_work(scheduler_pointer self, claim_request request, outcomes_promise caller);
void prove(scheduler_pointer self, outcomes_promise caller);
void step(scheduler_pointer self, replica_message message);
replica_input::tick now(const scheduler_state& state);

} // namespace

scheduler_actor::behavior_type scheduler(scheduler_pointer self, scheduler_context context) {
  open(self, std::move(context));
  self->delayed_send(self, tick_period, atom::tick::value);
  return {
      [self](atom::wish, wish_batch& wishes) {
        auto caller = self->make_response_promise<outcome_batch>();
        take(self, std::move(wishes.commands), caller);
        return caller;
      },
      [self](atom::claim, claim_request& request) {
        auto caller = self->make_response_promise<outcome_batch>();
        wait_for_work(self, std::move(request), caller);
        return caller;
      },
      [self](atom::barrier) {
        auto caller = self->make_response_promise<outcome_batch>();
        prove(self, caller);
        return caller;
      },
      [self](atom::journal, journal_message& told) { step(self, std::move(told)); },
      [self](atom::tick) {
        self->delayed_send(self, tick_period, atom::tick::value);
        step(self, now(self->state));
      },
      [self](atom::drain) {
        auto caller = self->make_response_promise<bool>();
        self->state.drains.push_back(caller);
        step(self, replica_input::drain{});
        answer_drains(self->state);
        return caller;
      },
      [self](atom::status) { return self->state.status; },
  };
}

namespace {

void open(scheduler_pointer self, scheduler_context context) {
  auto& state = self->state;
  auto& of = state.context.emplace(std::move(context));
  state.status = {of.queue, of.shard, of.replica.log, {}, {}};
  state.view = std::make_unique<head_window>(of.rows);
  state.machine = std::make_unique<replica>(of.replica, *state.view);
  state.log = of.journals.open(of.queue, of.shard,
                               [to = weak_handle{scheduler_actor{self}}](journal_message told) {
                                 to.send(atom::journal::value, std::move(told));
                               });
  auto at = now(state);
  carry_out(state, state.machine->start(at.ticks, at.now));
}

replica_input::tick now(const scheduler_state& state) {
  return {state.context->time.ticks(), state.context->time.now()};
}

void step(scheduler_pointer self, replica_message message) {
  auto& state = self->state;
  while (!state.status.halted) {
    if (carry_out(state, state.machine->step(std::move(message))) != carried::wrote)
      return;
    // What was written is seen only by a step of its own, and others may wait for it.
    message = now(state);
  }
}

void take(scheduler_pointer self, std::vector<command> wishes, outcomes_promise caller) {
  auto& state = self->state;
  auto refuse = [&](errc code) {
    outcome_batch refused;
    refused.outcomes.assign(wishes.size(), error{code, {}});
    caller.deliver(std::move(refused));
  };
  if (wishes.empty() || state.status.halted)
    return refuse(errc::unavailable);
  if (state.desk.unanswered() + wishes.size() > unanswered_max)
    return refuse(errc::busy);
  auto batch = state.desk.open(wishes.size());
  state.callers.emplace(batch, std::move(caller));
  auto at = now(state);
  replica_input::wishes input{at.ticks, at.now, {}};
  input.commands.reserve(wishes.size());
  for (std::size_t i = 0; i < wishes.size(); ++i)
    input.commands.emplace_back(ticket_of(batch, i), std::move(wishes[i]));
  step(self, std::move(input));
}

void wait_for_work(scheduler_pointer self, claim_request request, outcomes_promise caller) {
  auto& state = self->state;
  if (state.status.halted) {
    caller.deliver(outcome_batch{{error{errc::unavailable, {}}}});
    return;
  }
  auto batch = state.desk.open(1);
  state.callers.emplace(batch, std::move(caller));
  auto at = now(state);
  step(self, replica_input::claim_wish{at.ticks, at.now, ticket_of(batch, 0),
                                       std::move(request.wish), at.ticks + request.patience});
}

void prove(scheduler_pointer self, outcomes_promise caller) {
  auto& state = self->state;
  if (state.status.halted) {
    caller.deliver(outcome_batch{{error{errc::unavailable, {}}}});
    return;
  }
  auto batch = state.desk.open(1);
  state.callers.emplace(batch, std::move(caller));
  auto at = now(state);
  step(self, replica_input::barrier_wish{at.ticks, at.now, ticket_of(batch, 0)});
}

} // namespace

} // namespace dure
