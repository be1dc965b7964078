#include "actors/supervisor/queue_care.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

constexpr milliseconds wish_timeout{15'000};
constexpr milliseconds rest_after_trouble{5'000};

command to_command(supervisor_state& state, command_body body) {
  auto& time = state.context->time;
  return {command_id{make_random_uuid(time.random(), time.random())}, state.context->node,
          std::move(body)};
}

/// Another node may be faster, which is as good; what met a leader change is tried again.
bool is_trouble(const result<answer>& outcome) {
  if (outcome)
    return false;
  const auto code = outcome.error().code;
  return code != errc::version_mismatch && code != errc::not_leader && code != errc::unavailable &&
         code != errc::unknown_outcome;
}

void queues_made(supervisor_pointer self, const outcome_batch& told) {
  for (const auto& outcome : told.outcomes)
    if (is_trouble(outcome)) {
      self->state.records_again_at = self->state.context->time.ticks() + rest_after_trouble;
      self->state.context->log.write(log_level::warn, "queue-not-made", outcome.error().context,
                                     {{"code", std::string{to_string(outcome.error().code)}}});
    }
  self->state.making_queues = false;
  self->state.stale = true;
}

/// Returns the first queues that are missing, or else what the queues lack.
std::vector<put_record> missing_queues(const supervisor_context& of,
                                       const std::vector<queue_definition>& known) {
  std::vector<put_record> missing;
  for (const auto& first : of.first_queues) {
    auto same = [&](const queue_definition& q) { return q.name == first.name; };
    if (std::none_of(known.begin(), known.end(), same))
      missing.push_back(first.record);
  }
  if (missing.empty() && of.more_records)
    missing = of.more_records(known);
  return missing;
}

/// Puts into `control` what is missing there and is this node's to say.
void make_records(supervisor_pointer self, const std::vector<queue_definition>& known) {
  auto& state = self->state;
  const auto& of = *state.context;
  const auto& control = state.schedulers.at(control_log);
  const auto& stands = control.status.standing;
  if (state.making_queues || of.time.ticks() < state.records_again_at || !control.handle ||
      (!stands.leads && stands.leader.empty()))
    return;
  auto records = of.own_records ? of.own_records() : std::vector<put_record>{};
  if (stands.leads)
    for (auto& record : missing_queues(of, known))
      records.push_back(std::move(record));
  wish_batch wishes;
  for (auto& record : records)
    wishes.commands.push_back(to_command(state, std::move(record)));
  if (wishes.commands.empty())
    return;
  state.making_queues = true;
  self->request(control.handle, wish_timeout, atom::wish::value, std::move(wishes))
      .then([=](const outcome_batch& told) { queues_made(self, told); },
            [=](const caf::error&) { queues_made(self, {}); });
}

void settings_refused(supervisor_pointer self, log_number log) {
  self->state.schedulers.at(log).settings_told = 0;
  self->state.stale = true;
}

/// Tells a leading shard its queue's settings when they are newer than what it was told.
void tell_settings(supervisor_pointer self, kept_scheduler& kept, const queue_settings& settings) {
  if (!kept.handle || !kept.status.standing.leads || kept.settings_told >= settings.version)
    return;
  kept.settings_told = settings.version;
  auto log = kept.place.log;
  wish_batch wish{{to_command(self->state, configure_queue{settings})}};
  self->request(kept.handle, wish_timeout, atom::wish::value, std::move(wish))
      .then(
          [=](const outcome_batch& told) {
            if (told.outcomes.empty() || !told.outcomes.front())
              settings_refused(self, log);
          },
          [=](const caf::error&) { settings_refused(self, log); });
}

/// Tells all schedulers who may lead, when that has changed.
void learn_members(supervisor_pointer self) {
  auto& state = self->state;
  if (!state.context->read_members)
    return;
  auto members = state.context->read_members();
  state.stale = state.stale || !members;
  if (!members)
    return state.context->log.write(log_level::error, "nodes-unreadable", members.error().context);
  if (*members == state.members)
    return;
  state.members = std::move(*members);
  for (const auto& [log, kept] : state.schedulers)
    if (kept.handle)
      self->send(kept.handle, atom::members::value, state.members);
}

void care_for(supervisor_pointer self, const queue_definition& queue) {
  for (std::size_t i = 0; i < queue.logs.size(); ++i) {
    keep_scheduler(self, {queue.name, static_cast<std::uint16_t>(i), queue.logs[i]});
    tell_settings(self, self->state.schedulers.at(queue.logs[i]), queue.settings);
  }
}

} // namespace

void care_for_queues(supervisor_pointer self) {
  auto& state = self->state;
  if (state.ending || !state.stale || !state.schedulers.at(control_log).status.standing.caught_up)
    return;
  auto queues = state.context->read_queues();
  if (!queues) {
    state.context->log.write(log_level::error, "queues-unreadable", queues.error().context);
    return;
  }
  state.stale = false;
  learn_members(self);
  make_records(self, *queues);
  for (const auto& queue : *queues)
    care_for(self, queue);
}

void keep_scheduler(supervisor_pointer self, shard_place place) {
  auto log = place.log;
  auto [kept, is_new] = self->state.schedulers.try_emplace(log);
  if (!is_new)
    return;
  kept->second.place = std::move(place);
  start_scheduler(self, kept->second);
}

void start_scheduler(supervisor_pointer self, kept_scheduler& kept) {
  kept.restart_at.reset();
  kept.settings_told = 0;
  kept.handle = self->state.context->start_scheduler(kept.place, supervisor_actor{self});
  self->monitor(kept.handle);
  if (!self->state.members.empty())
    self->send(kept.handle, atom::members::value, self->state.members);
  tell_routes(self);
}

void tell_routes(supervisor_pointer self) {
  auto& state = self->state;
  route_table table;
  for (const auto& [log, kept] : state.schedulers)
    if (kept.handle)
      table.shards.push_back({log, kept.place.queue, kept.place.shard, kept.handle});
  for (const auto& listener : state.context->routed)
    self->send(listener, atom::routes::value, table);
  if (state.worker)
    self->send(state.worker, atom::routes::value, std::move(table));
}

} // namespace dure
