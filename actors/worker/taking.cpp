#include "actors/worker/taking.hpp"

#include "actors/worker/attempt_files.hpp"
#include "actors/worker/attempt_log.hpp"
#include "actors/worker/attempt_report.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dure {

namespace {

using phase = attempt_in_hand::phase;

/// An older lease of a job that was granted anew: nobody wants its outcome, and its handler must
/// not run beside the new one.
void supersede(worker_state& state, attempt_in_hand& older, grant newer) {
  state.superseding.push_back(std::move(newer));
  older.given_back = true;
  stop_attempt(state, older.granted.of);
}

bool is_superseding(const worker_state& state, const lease& of) {
  return std::any_of(state.superseding.begin(), state.superseding.end(),
                     [&](const grant& g) { return g.of == of; });
}

void take_one(worker_state& state, grant granted, monotonic now) {
  auto of = granted.of;
  if (state.load->find(of) || is_superseding(state, of))
    return; // a repeated claim
  auto link = state.shards.find(log_of(of.job));
  if (link != state.shards.end() && link->second.reports.has(of))
    return; // it is being given back: the answer came too late
  if (state.draining_since || granted.cancel_requested)
    return report(
        state,
        release{of, granted.cancel_requested ? attempt_end::cancelled : attempt_end::released, 0});
  if (auto* older = state.load->find_job(of.job))
    return supersede(state, *older, std::move(granted));
  auto* attempt = state.load->add(std::move(granted), now);
  if (!attempt)
    report(state, release{of, attempt_end::released, 0});
  else if (state.load->needs_files(attempt->granted.spec.kind))
    ask_for_files(state, *attempt);
  else
    state.load->make_ready(*attempt, {}, now);
}

} // namespace

void take(worker_pointer self, std::vector<grant> grants) {
  auto now = self->state.context->time.ticks();
  for (auto& granted : grants)
    take_one(self->state, std::move(granted), now);
}

void take_superseding(worker_pointer self) {
  auto& waiting = self->state.superseding;
  auto ended = std::stable_partition(waiting.begin(), waiting.end(), [&](const grant& g) {
    return self->state.load->find_job(g.of.job) != nullptr;
  });
  std::vector<grant> free{std::move_iterator{ended}, std::move_iterator{waiting.end()}};
  waiting.erase(ended, waiting.end());
  if (!free.empty())
    take(self, std::move(free));
}

void ask_for_files(worker_state& state, attempt_in_hand& attempt) {
  attempt.files_failed_at.reset();
  if (attempt.at == phase::staging)
    state.context->files.stage(
        {attempt.granted.of, attempt.granted.spec.kind, attempt.granted.spec.input_file});
  else
    move_files(state, attempt);
}

void give_up(worker_state& state, attempt_in_hand& attempt, attempt_end end) {
  auto of = attempt.granted.of;
  if (state.load->needs_files(attempt.granted.spec.kind))
    state.context->files.discard(of);
  auto back = to_release(attempt.end, end);
  back.of = of;
  state.load->remove(attempt);
  report(state, std::move(back));
}

void stop_attempt(worker_state& state, const lease& of) {
  auto waiting = std::erase_if(state.superseding, [&](const grant& g) { return g.of == of; });
  if (waiting > 0)
    return report(state, release{of, attempt_end::cancelled, 0});
  auto* attempt = state.load->find(of);
  if (!attempt)
    return;
  if (attempt->at == phase::running)
    state.context->handlers.cancel(of);
  else if (attempt->at != phase::keeping)
    give_up(state, *attempt, attempt_end::cancelled);
}

void give_back_unknown(worker_state& state) {
  const auto& of = *state.context;
  const auto now = of.time.ticks();
  for (auto& [log, link] : state.shards) {
    if (!of.view || link.greeted != shard_link::greeting::taken || !link.watch.is_due(now))
      continue;
    auto held = leases_in(*of.view, log, of.node, of.boot);
    if (!held)
      continue; // The scheduler meets the same store, and says so.
    std::erase_if(*held, [&](const lease& l) {
      return state.load->find(l) != nullptr || is_superseding(state, l) || link.reports.has(l);
    });
    // None is of an earlier life, whose handlers may have asked somebody: the greeting ended those.
    for (const auto& lost : link.watch.look(std::move(*held), now)) {
      log_attempt(state, log_level::warn, "lease-unknown", "The answer that granted it was lost.",
                  lost);
      report(state, release{lost, attempt_end::released, 0});
    }
  }
}

void give_up_all(worker_state& state, const std::vector<lease>& leases) {
  for (const auto& of : leases)
    if (auto* attempt = state.load->find(of))
      give_up(state, *attempt, attempt_end::released);
}

} // namespace dure
