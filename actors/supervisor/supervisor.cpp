#include "actors/supervisor/supervisor.hpp"

#include "actors/supervisor/log_mending.hpp"
#include "actors/supervisor/queue_care.hpp"

#include <caf/send.hpp>
#include <caf/system_messages.hpp>
#include <utility>

namespace dure {

namespace {

constexpr milliseconds tick_period{100};
/// The worker tells its handlers to stop after 25 s and they are killed 5 s later.
constexpr milliseconds worker_drain_timeout{30'500};
constexpr milliseconds scheduler_drain_timeout{2'500};
/// Whoever has begun so lately is the one too many when another node has its name.
constexpr milliseconds newcomer_for{3'000};
/// Two that did not hear each other when they began: one ends when it lasts.
constexpr milliseconds namesake_patience{2'000};
/// Of a scheduler whose store fails: the store may do again what it did not a moment ago.
constexpr milliseconds store_retry_period{1'000};

void open(supervisor_pointer self, supervisor_context context);
void learn(supervisor_pointer self, shard_status status);
void on_death(supervisor_pointer self, const caf::down_msg& down);
void restart_the_dead(supervisor_pointer self);
void meet_namesake(supervisor_pointer self, const boot_id& other);
void drain(supervisor_pointer self, caf::typed_response_promise<bool> caller);

} // namespace

supervisor_actor::behavior_type supervisor(supervisor_pointer self, supervisor_context context) {
  open(self, std::move(context));
  self->delayed_send(self, tick_period, atom::tick::value);
  return {
      [self](atom::status, shard_status& status) { learn(self, std::move(status)); },
      [self](atom::records) {
        self->state.stale = true;
        care_for_queues(self);
      },
      [self](atom::namesake, const boot_id& other) { meet_namesake(self, other); },
      [self](atom::cancel, const lease& of) {
        if (self->state.worker)
          self->send(self->state.worker, atom::cancel::value, of);
      },
      [self](atom::mend, const shard_mending& wish) { mend_log(self, wish); },
      [self](atom::tick) {
        self->delayed_send(self, tick_period, atom::tick::value);
        restart_the_dead(self);
        repeat_mending(self);
        care_for_queues(self);
      },
      [self](atom::drain) {
        auto caller = self->make_response_promise<bool>();
        drain(self, caller);
        return caller;
      },
  };
}

supervisor_state::~supervisor_state() {
  if (worker)
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
  for (auto& [log, kept] : schedulers)
    if (kept.handle)
      caf::anon_send_exit(kept.handle, caf::exit_reason::user_shutdown);
}

namespace {

void start_worker(supervisor_pointer self) {
  auto& state = self->state;
  state.worker_restart_at.reset();
  state.worker = state.context->start_worker();
  self->monitor(state.worker);
  tell_routes(self);
}

void open(supervisor_pointer self, supervisor_context context) {
  auto& of = self->state.context.emplace(std::move(context));
  self->set_down_handler([self](const caf::down_msg& down) { on_death(self, down); });
  for (const auto& listener : of.routed)
    self->monitor(listener);
  self->state.started_at = of.time.ticks();
  keep_scheduler(self, {"control", 0, control_log});
  if (of.start_worker)
    start_worker(self);
}

void learn(supervisor_pointer self, shard_status status) {
  auto& state = self->state;
  auto found = state.schedulers.find(status.log);
  if (found == state.schedulers.end())
    return;
  auto led = found->second.status.standing.leads;
  found->second.status = std::move(status);
  // A store fails for a while when the disk is full: what was not written is read again from the
  // journal by the next life of the actor.
  if (found->second.status.halted == errc::store_failed && found->second.handle)
    caf::anon_send_exit(found->second.handle, caf::exit_reason::kill);
  if (!led)
    found->second.settings_told = 0; // a new leader checks what its shard was told
  state.stale = true;
  care_for_queues(self);
}

void give_up(supervisor_state& state, const std::string& reason) {
  if (std::exchange(state.gave_up, true))
    return;
  state.context->log.write(log_level::error, "supervisor-gave-up", reason);
  state.context->give_up(reason);
}

/// Returns when the dead actor comes back; gives up for the whole node when it died too often.
std::optional<monotonic> plan_restart(supervisor_state& state, restart_policy& policy,
                                      const std::string& who, const caf::down_msg& down) {
  state.context->log.write(log_level::warn, "actor-died", who,
                           {{"reason", caf::to_string(down.reason)}});
  auto at = policy.died(state.context->time.ticks());
  if (!at)
    give_up(state, who + " dies again and again");
  return at;
}

void on_death(supervisor_pointer self, const caf::down_msg& down) {
  auto& state = self->state;
  if (state.ending)
    return;
  for (const auto& listener : state.context->routed)
    if (listener.address() == down.source)
      give_up(state, "the gateway's bridge died: " + caf::to_string(down.reason));
  if (state.worker && state.worker.address() == down.source) {
    state.worker = nullptr;
    state.worker_restart_at = plan_restart(state, state.worker_restarts, "worker", down);
  }
  for (auto& [log, kept] : state.schedulers)
    if (kept.handle && kept.handle.address() == down.source) {
      kept.handle = nullptr;
      kept.status.standing = {};
      auto who = "scheduler of " + kept.place.queue + "/" + std::to_string(kept.place.shard);
      const bool may_pass = kept.status.halted == errc::store_failed;
      kept.restart_at = may_pass ? state.context->time.ticks() + store_retry_period
                                 : plan_restart(state, kept.restarts, who, down);
    }
}

void restart_the_dead(supervisor_pointer self) {
  auto& state = self->state;
  if (state.ending)
    return;
  auto now = state.context->time.ticks();
  for (auto& [log, kept] : state.schedulers)
    if (kept.restart_at && *kept.restart_at <= now)
      start_scheduler(self, kept);
  if (state.worker_restart_at && *state.worker_restart_at <= now)
    start_worker(self);
}

void meet_namesake(supervisor_pointer self, const boot_id& other) {
  auto& state = self->state;
  const auto now = state.context->time.ticks();
  if (!state.namesake_since)
    state.namesake_since = now;
  const auto is_newcomer = now - state.started_at < newcomer_for;
  const auto lasts = now - *state.namesake_since >= namesake_patience;
  if (is_newcomer || (lasts && state.context->boot < other))
    give_up(state, "another node named " + state.context->node +
                       " runs in this cluster: give each node a name of its own (--name)");
}

void scheduler_drained(supervisor_pointer self) {
  auto& state = self->state;
  if (--state.draining > 0)
    return;
  state.drained = true;
  for (auto& caller : std::exchange(state.drains, {}))
    caller.deliver(true);
}

void drain_schedulers(supervisor_pointer self) {
  auto& state = self->state;
  state.draining = 1; // this function itself, so that nobody answers before all were asked
  for (auto& [log, kept] : state.schedulers)
    if (kept.handle) {
      ++state.draining;
      self->request(kept.handle, scheduler_drain_timeout, atom::drain::value)
          .then([=](bool) { scheduler_drained(self); },
                [=](const caf::error&) { scheduler_drained(self); });
    }
  scheduler_drained(self);
}

void drain(supervisor_pointer self, caf::typed_response_promise<bool> caller) {
  auto& state = self->state;
  if (state.drained) {
    caller.deliver(true);
    return;
  }
  state.drains.push_back(std::move(caller));
  if (std::exchange(state.ending, true))
    return;
  for (auto& [log, kept] : state.schedulers)
    if (kept.handle)
      self->send(kept.handle, atom::leaving::value);
  if (!state.worker)
    return drain_schedulers(self);
  // Whatever the worker did not give back in time, another life of this node gives back.
  self->request(state.worker, worker_drain_timeout, atom::drain::value)
      .then([=](bool) { drain_schedulers(self); },
            [=](const caf::error&) { drain_schedulers(self); });
}

} // namespace

} // namespace dure
