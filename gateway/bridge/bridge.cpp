#include "gateway/bridge/bridge.hpp"

#include <algorithm>
#include <utility>

namespace dure::gateway {

namespace {

using bridge_pointer = bridge_actor::stateful_pointer<bridge_state>;
using inquiry_pointer = std::shared_ptr<open_inquiry>;

constexpr milliseconds rest{50};        ///< Between one try and the next.
constexpr milliseconds patience{5'000}; ///< From the first try to the last.
constexpr std::size_t open_max = 10'000;

void open(bridge_pointer self, asked_for what, inquiry asked);
void catch_up(bridge_pointer self, missed_look missed);
void send(bridge_pointer self, const inquiry_pointer& q);
void repeat_resting(bridge_pointer self);

} // namespace

bridge_actor::behavior_type bridge(bridge_pointer self, const clock* time) {
  self->state.time = time;
  return {
      [self](atom::routes, const route_table& table) {
        for (const auto& route : table.shards)
          self->state.schedulers[route.log] = route.scheduler;
      },
      [self](atom::wish, inquiry& asked) { open(self, asked_for::wishes, std::move(asked)); },
      [self](atom::barrier, missed_look& missed) { catch_up(self, std::move(missed)); },
      [self](atom::tick) { repeat_resting(self); },
  };
}

namespace {

/// Returns whether the same wish may be taken in a moment.
bool is_worth_repeating(const result<answer>& outcome) {
  if (outcome)
    return false;
  auto code = outcome.error().code;
  return code == errc::not_leader || code == errc::unavailable || code == errc::unknown_outcome;
}

void close(bridge_pointer self, open_inquiry& q) {
  --self->state.open;
  q.asked.done(std::move(q.outcomes));
}

/// Closes the inquiry, or lets it rest until the next tick when there is time left.
void rest_or_close(bridge_pointer self, const inquiry_pointer& q) {
  if (q->missing.empty() || self->state.time->ticks() >= q->give_up_at)
    return close(self, *q);
  if (self->state.resting.empty())
    self->delayed_send(self, rest, atom::tick::value);
  self->state.resting.push_back(q);
}

void hear(bridge_pointer self, const inquiry_pointer& q, outcome_batch& told) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < q->missing.size() && i < told.outcomes.size(); ++i) {
    auto wish = q->missing[i];
    if (is_worth_repeating(told.outcomes[i]))
      missing.push_back(wish);
    q->outcomes[wish] = std::move(told.outcomes[i]);
  }
  q->missing = std::move(missing);
  rest_or_close(self, q);
}

void fail(bridge_pointer self, const inquiry_pointer& q, const error& why) {
  for (auto wish : q->missing)
    q->outcomes[wish] = why;
  rest_or_close(self, q);
}

void open(bridge_pointer self, asked_for what, inquiry asked) {
  auto& state = self->state;
  auto size = what == asked_for::barrier ? 1 : asked.wishes.size();
  if (state.open >= open_max)
    return asked.done(std::vector<result<answer>>(size, error{errc::busy, {}}));
  ++state.open;
  auto q = std::make_shared<open_inquiry>();
  q->what = what;
  q->asked = std::move(asked);
  q->outcomes.assign(size, error{errc::unavailable, {}});
  q->missing.resize(size);
  for (std::size_t i = 0; i < size; ++i)
    q->missing[i] = i;
  q->give_up_at = state.time->ticks() + patience;
  send(self, q);
}

wish_batch batch_of(const open_inquiry& q) {
  wish_batch batch;
  batch.commands.reserve(q.missing.size());
  for (auto wish : q.missing)
    batch.commands.push_back(q.asked.wishes[wish]);
  return batch;
}

void send(bridge_pointer self, const inquiry_pointer& q) {
  auto& state = self->state;
  auto route = state.schedulers.find(q->asked.log);
  if (route == state.schedulers.end() || q->missing.empty())
    return fail(self, q, {errc::unavailable, "no scheduler of this log runs here"});
  auto timeout = std::max(q->give_up_at - state.time->ticks(), rest);
  auto told = [=](outcome_batch& outcomes) { hear(self, q, outcomes); };
  auto lost = [=](const caf::error&) { fail(self, q, {errc::unknown_outcome, {}}); };
  if (q->what == asked_for::barrier)
    self->request(route->second, timeout, atom::barrier::value).then(told, lost);
  else
    self->request(route->second, timeout, atom::wish::value, batch_of(*q)).then(told, lost);
}

void repeat_resting(bridge_pointer self) {
  for (const auto& q : std::exchange(self->state.resting, {}))
    send(self, q);
}

void answer_all(const waiting_readers::callbacks& readers, const result<void>& outcome) {
  for (const auto& done : readers)
    done(outcome);
}

void begin_round(bridge_pointer self, log_number log);

void end_round(bridge_pointer self, log_number log, const result<answer>& told) {
  auto& readers = self->state.readers.at(log);
  auto outcome =
      told ? result<void>{} : result<void>{error{errc::unavailable, told.error().context}};
  answer_all(std::exchange(readers.asked, std::exchange(readers.behind, {})), outcome);
  // Without a leader the next round would end the same: nobody waits through two of them.
  if (!outcome)
    answer_all(std::exchange(readers.asked, {}), outcome);
  if (readers.asked.empty())
    self->state.readers.erase(log);
  else
    begin_round(self, log);
}

void begin_round(bridge_pointer self, log_number log) {
  auto done = [self, log](const std::vector<result<answer>>& told) {
    end_round(self, log, told.front());
  };
  open(self, asked_for::barrier, {log, {}, std::move(done)});
}

void catch_up(bridge_pointer self, missed_look missed) {
  auto [readers, is_first] = self->state.readers.try_emplace(missed.log);
  if (!is_first)
    return readers->second.behind.push_back(std::move(missed.done));
  readers->second.asked.push_back(std::move(missed.done));
  begin_round(self, missed.log);
}

} // namespace

} // namespace dure::gateway
