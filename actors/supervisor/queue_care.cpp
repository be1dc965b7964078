#include "actors/supervisor/queue_care.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

constexpr milliseconds wish_timeout{15'000};

command to_command(supervisor_state& state, command_body body) {
  auto& time = state.context->time;
  return {command_id{make_random_uuid(time.random(), time.random())}, state.context->node,
          std::move(body)};
}

void queues_made(supervisor_pointer self, const outcome_batch& told) {
  for (const auto& outcome : told.outcomes)
    if (!outcome && outcome.error().code != errc::version_mismatch)
      self->state.context->log.write(log_level::warn, "queue-not-made", outcome.error().context,
                                     {{"code", std::string{to_string(outcome.error().code)}}});
  self->state.making_queues = false;
  self->state.stale = true;
}

/// Makes the first queues that are missing; another node may be faster, which is as good.
void make_first_queues(supervisor_pointer self, const std::vector<queue_definition>& known) {
  auto& state = self->state;
  const auto& control = state.schedulers.at(control_log);
  if (state.making_queues || !control.status.standing.leads || !control.handle)
    return;
  wish_batch wishes;
  for (const auto& first : state.context->first_queues) {
    auto same = [&](const queue_definition& q) { return q.name == first.name; };
    if (std::none_of(known.begin(), known.end(), same))
      wishes.commands.push_back(to_command(state, first.record));
  }
  if (wishes.commands.empty() && state.context->more_records)
    for (auto& record : state.context->more_records(known))
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
  make_first_queues(self, *queues);
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
