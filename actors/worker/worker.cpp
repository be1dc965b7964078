#include "actors/worker/worker.hpp"

#include "actors/protocol/weak_handle.hpp"
#include "actors/worker/attempt_files.hpp"
#include "actors/worker/attempt_report.hpp"
#include "actors/worker/shard_talk.hpp"
#include "actors/worker/taking.hpp"

#include <utility>

namespace dure {

namespace {

using phase = attempt_in_hand::phase;

constexpr milliseconds tick_period{100};
constexpr milliseconds files_retry_period{1'000};

void open(worker_pointer self, worker_context context);
void learn_routes(worker_state& state, route_table table);
void hear(worker_state& state, std::vector<handler_message>& told);
void hear(worker_state& state, courier_message& told);
void look_at_clock(worker_pointer self);
void drain(worker_pointer self, caf::typed_response_promise<bool> caller);

} // namespace

worker_actor::behavior_type worker(worker_pointer self, worker_context context) {
  open(self, std::move(context));
  self->delayed_send(self, tick_period, atom::tick::value);
  return {
      [self](atom::routes, route_table& table) {
        learn_routes(self->state, std::move(table));
        pump(self);
      },
      [self](atom::cancel, const lease& of) {
        stop_attempt(self->state, of);
        pump(self);
      },
      [self](atom::handlers, std::vector<handler_message>& told) {
        hear(self->state, told);
        pump(self);
      },
      [self](atom::courier, courier_message& told) {
        hear(self->state, told);
        pump(self);
      },
      [self](atom::tick) {
        self->delayed_send(self, tick_period, atom::tick::value);
        look_at_clock(self);
        pump(self);
      },
      [self](atom::drain) {
        auto caller = self->make_response_promise<bool>();
        drain(self, caller);
        pump(self);
        return caller;
      },
      [self](atom::status) {
        const auto& state = self->state;
        return worker_status{state.load->slots(), state.load->running(),
                             state.draining_since.has_value()};
      },
  };
}

namespace {

void open(worker_pointer self, worker_context context) {
  auto& of = self->state.context.emplace(std::move(context));
  self->state.load.emplace(of.handlers.capacities());
  weak_handle to{worker_actor{self}};
  of.handlers.listen(
      [to](std::vector<handler_message> told) { to.send(atom::handlers::value, std::move(told)); });
  of.files.listen([to](courier_message told) { to.send(atom::courier::value, std::move(told)); });
}

/// The scheduler that was asked is gone and answers nothing any more.
void forget_answers(shard_link& link) {
  link.claims.all_failed();
  link.reports.all_failed();
  if (link.greeted == shard_link::greeting::sent)
    link.greeted = shard_link::greeting::due;
}

void learn_routes(worker_state& state, route_table table) {
  for (auto& route : table.shards)
    if (route.log != control_log) {
      auto& link = state.shards[route.log];
      if (link.route.scheduler && link.route.scheduler != route.scheduler)
        forget_answers(link);
      link.route = std::move(route);
    }
}

struct handler_listener {
  worker_state& state;

  void operator()(handler_progress& told) const {
    if (state.load->find(told.of))
      state.progress.note(std::move(told), state.context->time.now());
    else
      state.context->handlers.cancel(told.of); // an earlier life of this worker started it
  }

  void operator()(handler_log& told) const {
    if (state.load->find(told.of))
      state.said.note(std::move(told), state.context->time.now());
  }

  void operator()(handler_artifact& told) const { move_artifact(state, std::move(told)); }

  void operator()(handler_end& told) const {
    auto* attempt = state.load->find(told.of);
    if (!attempt || attempt->at != phase::running)
      return state.context->files.discard(told.of);
    state.load->stop(*attempt, state.context->time.ticks());
    keep_end(state, *attempt, std::move(told));
  }
};

void hear(worker_state& state, std::vector<handler_message>& told) {
  for (auto& message : told)
    std::visit(handler_listener{state}, message);
}

struct courier_listener {
  worker_state& state;

  void operator()(staged_files& told) const {
    auto* attempt = state.load->find(told.of);
    if (!attempt || attempt->at != phase::staging)
      return state.context->files.discard(told.of);
    if (!told.scratch)
      return on_file_failure(state, *attempt, told.scratch.error());
    state.load->make_ready(*attempt, std::move(*told.scratch), state.context->time.ticks());
  }

  void operator()(kept_artifact& told) const { on_artifact_kept(state, std::move(told)); }

  void operator()(kept_files& told) const { on_end_kept(state, std::move(told)); }
};

void hear(worker_state& state, courier_message& told) {
  std::visit(courier_listener{state}, told);
}

void retry_files(worker_state& state, monotonic now) {
  for (auto at : {phase::staging, phase::running, phase::keeping})
    for (const auto& of : state.load->all(at)) {
      auto* attempt = state.load->find(of);
      if (attempt->files_failed_at && now - *attempt->files_failed_at >= files_retry_period)
        ask_for_files(state, *attempt);
    }
}

/// Tells running handlers to stop; their jobs go back, and those whose files cannot be moved.
void stop_running(worker_state& state) {
  state.stopped_running = true;
  for (const auto& of : state.load->all(phase::keeping))
    if (auto* attempt = state.load->find(of); attempt->files_failed_at)
      give_up(state, *attempt, attempt_end::released);
  for (const auto& of : state.load->all(phase::running)) {
    state.load->find(of)->given_back = true;
    state.context->handlers.cancel(of);
  }
}

void publish(worker_state& state, monotonic now) {
  for (const auto& told : state.progress.due(now))
    if (auto link = state.shards.find(log_of(told.job)); link != state.shards.end())
      state.context->progress.publish(link->second.route.queue, link->second.route.shard, told);
  for (const auto& line : state.said.take_news())
    if (auto link = state.shards.find(log_of(line.job)); link != state.shards.end())
      state.context->lines.publish(link->second.route.queue, link->second.route.shard, line);
}

void look_at_clock(worker_pointer self) {
  auto& state = self->state;
  auto now = state.context->time.ticks();
  state.load->set_capacities(state.context->handlers.capacities());
  retry_talk(self);
  publish(state, now);
  retry_files(state, now);
  give_up_all(state, state.load->overdue(now));
  give_back_unknown(state);
  if (state.draining_since && !state.stopped_running &&
      now - *state.draining_since >= state.context->drain_patience)
    stop_running(state);
}

void drain(worker_pointer self, caf::typed_response_promise<bool> caller) {
  auto& state = self->state;
  state.drains.push_back(std::move(caller));
  if (!state.draining_since)
    state.draining_since = state.context->time.ticks();
  for (const auto& newer : std::exchange(state.superseding, {}))
    report(state, release{newer.of, attempt_end::released, 0});
  give_up_all(state, state.load->all(phase::staging));
  give_up_all(state, state.load->all(phase::waiting));
}

} // namespace

void pump(worker_pointer self) {
  auto& state = self->state;
  take_superseding(self);
  std::vector<handler_task> tasks;
  auto now = state.context->time.now();
  for (auto* attempt : state.load->start(state.context->time.ticks()))
    tasks.push_back(to_task(*attempt, now));
  if (!tasks.empty())
    state.context->handlers.run(std::move(tasks));
  talk_to_shards(self);
  if (!state.drains.empty() && state.load->empty() && all_reported(state))
    for (auto& caller : std::exchange(state.drains, {}))
      caller.deliver(true);
}

} // namespace dure
