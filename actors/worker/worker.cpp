#include "actors/worker/worker.hpp"

#include "actors/protocol/weak_handle.hpp"
#include "actors/worker/attempt_report.hpp"
#include "actors/worker/shard_talk.hpp"

#include <utility>

namespace dure {

namespace {

using phase = attempt_in_hand::phase;

constexpr milliseconds tick_period{100};

void open(worker_pointer self, worker_context context);
void learn_routes(worker_state& state, route_table table);
void hear(worker_state& state, std::vector<handler_message>& told);
void hear(worker_state& state, courier_message& told);
void stop_attempt(worker_state& state, const lease& of);
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

void learn_routes(worker_state& state, route_table table) {
  for (auto& route : table.shards)
    if (route.log != control_log) {
      auto log = route.log;
      state.shards[log].route = std::move(route);
    }
}

/// Ends an attempt that did not start: nothing was done, so nothing is counted.
void give_up(worker_state& state, attempt_in_hand& attempt, attempt_end end) {
  auto of = attempt.granted.of;
  if (state.load->needs_files(attempt.granted.spec.kind))
    state.context->files.discard(of);
  state.load->remove(attempt);
  report(state, release{of, end, 0});
}

void stop_attempt(worker_state& state, const lease& of) {
  auto* attempt = state.load->find(of);
  if (!attempt)
    return;
  if (attempt->at == phase::running)
    state.context->handlers.cancel(of);
  else if (attempt->at != phase::keeping)
    give_up(state, *attempt, attempt_end::cancelled);
}

/// The attempt is over and its files are safe: reports it.
void finish(worker_state& state, attempt_in_hand& attempt, job_result outcome) {
  auto of = attempt.granted.of;
  auto body =
      to_report(attempt.end, attempt.given_back, std::move(outcome), state.context->time.now());
  if (state.load->needs_files(attempt.granted.spec.kind))
    state.context->files.discard(of);
  state.load->remove(attempt);
  state.progress.forget(of.job);
  report(state, std::move(body));
}

bool must_be_kept(const handler_end& end) {
  return end.end == attempt_end::completed &&
         (!end.artifacts.empty() || end.result.size() > limits::inline_json_bytes_max);
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
    state.context->log.write(log_level::info, "handler-said", told.message,
                             {{"job", to_string(told.of.job)}, {"level", told.level}});
  }

  void operator()(handler_end& told) const {
    auto* attempt = state.load->find(told.of);
    if (!attempt || attempt->at != phase::running)
      return state.context->files.discard(told.of);
    state.load->stop(*attempt, state.context->time.ticks());
    if (must_be_kept(told)) {
      state.context->files.keep({told.of, std::move(told.result), std::move(told.artifacts)});
      attempt->end = std::move(told);
      return;
    }
    job_result outcome{std::move(told.result), {}, {}};
    attempt->end = std::move(told);
    finish(state, *attempt, std::move(outcome));
  }
};

void hear(worker_state& state, std::vector<handler_message>& told) {
  for (auto& message : told)
    std::visit(handler_listener{state}, message);
}

/// The attempt failed for want of its files.
void lose_files(worker_state& state, attempt_in_hand& attempt, const error& why) {
  auto of = attempt.granted.of;
  auto body = to_file_failure(of, why, attempt.end.peak_memory_bytes);
  state.context->log.write(log_level::warn, "attempt-without-files", why.context,
                           {{"job", to_string(of.job)}});
  state.context->files.discard(of);
  state.load->remove(attempt);
  state.progress.forget(of.job);
  report(state, std::move(body));
}

struct courier_listener {
  worker_state& state;

  void operator()(staged_files& told) const {
    auto* attempt = state.load->find(told.of);
    if (!attempt || attempt->at != phase::staging)
      return state.context->files.discard(told.of);
    if (!told.scratch)
      return lose_files(state, *attempt, told.scratch.error());
    state.load->make_ready(*attempt, std::move(*told.scratch), state.context->time.ticks());
  }

  void operator()(kept_files& told) const {
    auto* attempt = state.load->find(told.of);
    if (!attempt || attempt->at != phase::keeping)
      return;
    if (!told.outcome)
      return lose_files(state, *attempt, told.outcome.error());
    finish(state, *attempt, std::move(*told.outcome));
  }
};

void hear(worker_state& state, courier_message& told) {
  std::visit(courier_listener{state}, told);
}

void give_up_all(worker_state& state, const std::vector<lease>& leases) {
  for (const auto& of : leases)
    if (auto* attempt = state.load->find(of))
      give_up(state, *attempt, attempt_end::released);
}

/// Tells running handlers to stop; their jobs go back.
void stop_running(worker_state& state) {
  state.stopped_running = true;
  for (const auto& of : state.load->all(phase::running)) {
    state.load->find(of)->given_back = true;
    state.context->handlers.cancel(of);
  }
}

void publish(worker_state& state, monotonic now) {
  for (const auto& told : state.progress.due(now))
    if (auto link = state.shards.find(log_of(told.job)); link != state.shards.end())
      state.context->progress.publish(link->second.route.queue, link->second.route.shard, told);
}

void look_at_clock(worker_pointer self) {
  auto& state = self->state;
  auto now = state.context->time.ticks();
  retry_talk(self);
  publish(state, now);
  give_up_all(state, state.load->overdue(now));
  if (state.draining_since && !state.stopped_running &&
      now - *state.draining_since >= state.context->drain_patience)
    stop_running(state);
}

void drain(worker_pointer self, caf::typed_response_promise<bool> caller) {
  auto& state = self->state;
  state.drains.push_back(std::move(caller));
  if (!state.draining_since)
    state.draining_since = state.context->time.ticks();
  give_up_all(state, state.load->all(phase::staging));
  give_up_all(state, state.load->all(phase::waiting));
}

} // namespace

void take(worker_pointer self, std::vector<grant> grants) {
  auto& state = self->state;
  auto now = state.context->time.ticks();
  for (auto& granted : grants) {
    if (state.load->find(granted.of))
      continue; // a repeated claim
    auto of = granted.of;
    auto input = granted.spec.input_file;
    auto* attempt = state.draining_since ? nullptr : state.load->add(std::move(granted), now);
    if (!attempt)
      report(state, release{of, attempt_end::released, 0});
    else if (state.load->needs_files(attempt->granted.spec.kind))
      state.context->files.stage({of, std::move(input)});
    else
      state.load->make_ready(*attempt, {}, now);
  }
}

void pump(worker_pointer self) {
  auto& state = self->state;
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
