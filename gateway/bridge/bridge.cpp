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

void open(bridge_pointer self, inquiry asked);
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
      [self](atom::wish, inquiry& asked) { open(self, std::move(asked)); },
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

void open(bridge_pointer self, inquiry asked) {
  auto& state = self->state;
  auto size = asked.wishes.size();
  if (state.open >= open_max)
    return asked.done(std::vector<result<answer>>(size, error{errc::busy, {}}));
  ++state.open;
  auto q = std::make_shared<open_inquiry>();
  q->asked = std::move(asked);
  q->outcomes.assign(size, error{errc::unavailable, {}});
  q->missing.resize(size);
  for (std::size_t i = 0; i < size; ++i)
    q->missing[i] = i;
  q->give_up_at = state.time->ticks() + patience;
  send(self, q);
}

void send(bridge_pointer self, const inquiry_pointer& q) {
  auto& state = self->state;
  auto route = state.schedulers.find(q->asked.log);
  if (route == state.schedulers.end() || q->missing.empty())
    return fail(self, q, {errc::unavailable, "no scheduler of this log runs here"});
  wish_batch batch;
  batch.commands.reserve(q->missing.size());
  for (auto wish : q->missing)
    batch.commands.push_back(q->asked.wishes[wish]);
  auto timeout = std::max(q->give_up_at - state.time->ticks(), rest);
  self->request(route->second, timeout, atom::wish::value, std::move(batch))
      .then([=](outcome_batch& told) { hear(self, q, told); },
            [=](const caf::error&) {
              fail(self, q, {errc::unknown_outcome, {}});
            });
}

void repeat_resting(bridge_pointer self) {
  for (const auto& q : std::exchange(self->state.resting, {}))
    send(self, q);
}

} // namespace

} // namespace dure::gateway
