#include "actors/scheduler/scheduler.hpp"

#include "actors/protocol/weak_handle.hpp"
#include "actors/scheduler/effect_carrier.hpp"
#include "actors/scheduler/leader_talk.hpp"
#include "actors/scheduler/mender.hpp"

#include <caf/send.hpp>
#include <utility>

namespace dure {

namespace {

using outcomes_promise = caf::typed_response_promise<outcome_batch>;
using caller_function = std::function<void(outcome_batch)>;

/// Whose wishes they are: those of this node may be sent on to the leader.
enum class origin : std::uint8_t { here, elsewhere };

constexpr milliseconds tick_period{100};
constexpr milliseconds beat_period{500};
constexpr std::size_t unanswered_max = 100'000; ///< Wishes; further ones are told to come later.

void open(scheduler_pointer self, scheduler_context context);
void take(scheduler_pointer self, std::vector<command> wishes, caller_function caller, origin from);
void wait_for_work(scheduler_pointer self, claim_request request, caller_function caller,
                   origin from);
void pass_barrier(scheduler_pointer self, caller_function caller, origin from);
void hear(scheduler_pointer self, channel_message& told);
void hear(scheduler_pointer self, journal_message& told);
void hear(scheduler_pointer self, snapshot_message& told);
void mend(scheduler_pointer self, const shard_mending& wish);
void step(scheduler_pointer self, replica_message message);
void look_at_clock(scheduler_pointer self);
caller_function local_caller(outcomes_promise caller);
replica_input::tick now(const scheduler_state& state);

} // namespace

scheduler_actor::behavior_type scheduler(scheduler_pointer self, scheduler_context context) {
  open(self, std::move(context));
  self->delayed_send(self, tick_period, atom::tick::value);
  return {
      [self](atom::wish, wish_batch& wishes) {
        auto caller = self->make_response_promise<outcome_batch>();
        take(self, std::move(wishes.commands), local_caller(caller), origin::here);
        return caller;
      },
      [self](atom::claim, claim_request& request) {
        auto caller = self->make_response_promise<outcome_batch>();
        wait_for_work(self, std::move(request), local_caller(caller), origin::here);
        return caller;
      },
      [self](atom::barrier) {
        auto caller = self->make_response_promise<outcome_batch>();
        pass_barrier(self, local_caller(caller), origin::here);
        return caller;
      },
      [self](atom::journal, journal_message& told) { hear(self, told); },
      [self](atom::snapshot, snapshot_message& told) { hear(self, told); },
      [self](atom::channel, channel_message& told) { hear(self, told); },
      [self](atom::members, std::vector<std::string>& schedulers) {
        step(self, replica_input::members{std::move(schedulers)});
      },
      [self](atom::mend, const shard_mending& wish) { mend(self, wish); },
      [self](atom::tick) {
        self->delayed_send(self, tick_period, atom::tick::value);
        look_at_clock(self);
      },
      [self](atom::leaving) {
        self->state.leaving = true;
        beat(self->state);
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
  of.replica.place = of.queue + " " + std::to_string(of.shard);
  weak_handle to{scheduler_actor{self}};
  state.status = {of.queue, of.shard, of.replica.log, {}, {}};
  state.view = std::make_unique<head_window>(of.rows);
  state.machine = std::make_unique<replica>(of.replica, *state.view);
  state.log = of.journals.open(of.queue, of.shard, [to](journal_message told) {
    to.send(atom::journal::value, std::move(told));
  });
  state.tell_snapshot = [to](snapshot_message told) {
    to.send(atom::snapshot::value, std::move(told));
  };
  state.wish_later = [to, by = of.replica.node](command_body body) {
    to.send(atom::wish::value, wish_batch{{{{}, by, std::move(body)}}});
  };
  if (of.peers)
    state.peers = of.peers->open(of.queue, of.shard, [to](channel_message told) {
      to.send(atom::channel::value, std::move(told));
    });
  auto at = now(state);
  carry_out(state, state.machine->start(at.ticks, at.now));
  state.applied = state.status.standing.index;
}

replica_input::tick now(const scheduler_state& state) {
  return {state.context->time.ticks(), state.context->time.now()};
}

caller_function local_caller(outcomes_promise caller) {
  return
      [caller = std::move(caller)](outcome_batch told) mutable { caller.deliver(std::move(told)); };
}

void step(scheduler_pointer self, replica_message message) {
  auto& state = self->state;
  while (!state.status.halted) {
    auto done = carry_out(state, state.machine->step(std::move(message)));
    settle(state, state.remote.take_shown(state.applied));
    if (done != carried::wrote)
      break;
    // What was written is seen only by a step of its own, and others may wait for it.
    message = now(state);
  }
  answer_drains(state);
}

/// The next life reads what is there now.
void end(scheduler_pointer self) {
  self->quit(caf::exit_reason::user_shutdown);
}

void look_at_clock(scheduler_pointer self) {
  auto& state = self->state;
  const auto at = now(state);
  if (at.ticks - state.beat_at >= beat_period)
    beat(state);
  step(self, at);
  settle(state, state.remote.take_overdue(at.ticks));
  if (is_mended_by_time(state))
    end(self);
}

void hear(scheduler_pointer self, journal_message& told) {
  if (is_mended_by(self->state, told))
    return end(self);
  step(self, std::move(told));
}

void hear(scheduler_pointer self, snapshot_message& told) {
  auto& state = self->state;
  const bool installed = std::holds_alternative<snapshot_installed>(told);
  if (installed)
    state.view->forget();
  if (is_mended_by(state, told))
    return end(self);
  step(self, std::move(told));
  if (!installed)
    return;
  state.installing = false;
  if (const auto word = std::exchange(state.word, std::nullopt))
    begin_mending(state, *word);
}

void mend(scheduler_pointer self, const shard_mending& wish) {
  if (wish.how == shard_mending::way::accept_loss)
    step(self, replica_input::accept_loss{});
  else
    begin_mending(self->state, wish);
}

/// Opens a batch at the desk; nothing, and the caller is refused, when there is no room or the log
/// has stopped here.
std::optional<batch_number> open_batch(scheduler_state& state, std::size_t wishes,
                                       caller_function& caller) {
  auto refuse = [&](errc code) {
    outcome_batch refused;
    refused.outcomes.assign(wishes, error{code, {}});
    caller(std::move(refused));
    return std::nullopt;
  };
  if (wishes == 0 || state.status.halted)
    return refuse(errc::unavailable);
  if (state.desk.unanswered() + wishes > unanswered_max)
    return refuse(errc::busy);
  auto batch = state.desk.open(wishes);
  state.callers.emplace(batch, std::move(caller));
  return batch;
}

void decide_here(scheduler_pointer self, std::vector<command> wishes, batch_number batch) {
  auto at = now(self->state);
  replica_input::wishes input{at.ticks, at.now, {}};
  input.commands.reserve(wishes.size());
  for (std::size_t i = 0; i < wishes.size(); ++i)
    input.commands.emplace_back(ticket_of(batch, i), std::move(wishes[i]));
  step(self, std::move(input));
}

void take(scheduler_pointer self, std::vector<command> wishes, caller_function caller,
          origin from) {
  auto& state = self->state;
  auto batch = open_batch(state, wishes.size(), caller);
  if (!batch)
    return;
  if (from == origin::here && is_led_elsewhere(state))
    ask_leader(state, std::move(wishes), *batch);
  else
    decide_here(self, std::move(wishes), *batch);
}

void wait_for_work(scheduler_pointer self, claim_request request, caller_function caller,
                   origin from) {
  auto& state = self->state;
  auto batch = open_batch(state, 1, caller);
  if (!batch)
    return;
  if (from == origin::here && is_led_elsewhere(state))
    return ask_leader(state, std::move(request), *batch);
  auto at = now(state);
  step(self, replica_input::claim_wish{at.ticks, at.now, ticket_of(*batch, 0),
                                       std::move(request.wish), at.ticks + request.patience});
}

void pass_barrier(scheduler_pointer self, caller_function caller, origin from) {
  auto& state = self->state;
  auto batch = open_batch(state, 1, caller);
  if (!batch)
    return;
  if (from == origin::here && is_led_elsewhere(state))
    return ask_leader_for_barrier(state, *batch);
  auto at = now(state);
  step(self, replica_input::barrier_wish{at.ticks, at.now, ticket_of(*batch, 0)});
}

/// Another node asks the leader.
struct request_listener {
  scheduler_pointer self;
  caller_function caller;

  void operator()(wishes_message& m) {
    take(self, std::move(m.commands), std::move(caller), origin::elsewhere);
  }

  void operator()(claim_message& m) {
    if (std::holds_alternative<claim>(m.wish.body))
      wait_for_work(self, {std::move(m.wish), m.patience}, std::move(caller), origin::elsewhere);
    else
      caller({{error{errc::invalid, "a claim that claims nothing"}}});
  }

  void operator()(barrier_message&) { pass_barrier(self, std::move(caller), origin::elsewhere); }
};

struct channel_listener {
  scheduler_pointer self;

  void operator()(beat_heard& told) const {
    auto& of = *self->state.context;
    auto beat = decode_beat(told.bytes);
    if (!beat)
      return note_trouble(beat.error());
    if (beat->node != of.replica.node)
      of.listeners.heard(of.replica.log, *beat);
    else if (beat->boot != of.replica.boot)
      caf::anon_send(of.supervisor, atom::namesake::value, beat->boot);
    if (is_mended_by(self->state, *beat))
      return end(self);
    step(self, std::move(*beat));
  }

  void operator()(request_heard& told) const {
    auto caller = remote_caller(self->state, std::move(told.reply_to));
    auto asked = decode_request(told.bytes);
    if (!asked)
      return caller({{to_repeat(asked.error())}});
    std::visit(request_listener{self, std::move(caller)}, *asked);
  }

  void operator()(request_answered& told) const {
    auto& state = self->state;
    auto reply = told.reply ? decode_reply(*told.reply) : told.reply.error();
    if (told.reply && !reply)
      reply = to_repeat(reply.error());
    settle(state, state.remote.answered(told.number, std::move(reply), now(state).ticks));
    settle(state, state.remote.take_shown(state.applied));
    answer_drains(state);
  }

  /// What two versions cannot say to each other is no answer to a wish.
  static error to_repeat(const error& why) { return {errc::unknown_outcome, why.context}; }

  /// A node of another version speaks: it is heard again every half second.
  void note_trouble(const error& why) const {
    self->state.context->log.write(log_level::debug, "beat-not-understood", why.context);
  }
};

void hear(scheduler_pointer self, channel_message& told) {
  std::visit(channel_listener{self}, told);
}

} // namespace

} // namespace dure
