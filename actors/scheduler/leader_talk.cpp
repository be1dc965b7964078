#include "actors/scheduler/leader_talk.hpp"

#include "actors/core/node_message.hpp"

#include <iterator>
#include <utility>

namespace dure {

namespace {

constexpr milliseconds wish_timeout{12'000}; ///< A leader gives up on an append after 10 s.
constexpr milliseconds claim_grace{3'000};   ///< On top of the worker's patience.
constexpr std::size_t request_bytes_max = 768 * 1024; ///< NATS' payload limit is 1 MiB.

/// Sends `wishes` as one request, or as several smaller ones. O(bytes log requests).
void send_wishes(scheduler_state& state, std::vector<command> wishes, ticket first) {
  const auto size = wishes.size();
  request_message whole{wishes_message{std::move(wishes)}};
  auto bytes = encode(whole);
  if (size == 1 || bytes.size() <= request_bytes_max)
    return state.peers->ask(state.remote.sent(first, size), std::move(bytes), wish_timeout);
  auto& all = std::get<wishes_message>(whole).commands;
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(size / 2);
  const auto second = ticket{static_cast<std::uint64_t>(first) + size / 2};
  send_wishes(state, {std::make_move_iterator(all.begin()), std::make_move_iterator(middle)},
              first);
  send_wishes(state, {std::make_move_iterator(middle), std::make_move_iterator(all.end())}, second);
}

} // namespace

bool is_led_elsewhere(const scheduler_state& state) {
  const auto& stands = state.status.standing;
  // A view that is being made anew does not know who leads, or may think that this node did.
  const auto known = !stands.leader.empty() && stands.leader != state.context->replica.node;
  return state.peers && !stands.leads && (known || stands.rebuilding);
}

void ask_leader(scheduler_state& state, std::vector<command> wishes, batch_number batch) {
  send_wishes(state, std::move(wishes), ticket_of(batch, 0));
}

void ask_leader(scheduler_state& state, claim_request request, batch_number batch) {
  state.peers->ask(state.remote.sent(ticket_of(batch, 0), 1),
                   encode(claim_message{std::move(request.wish), request.patience}),
                   request.patience + claim_grace);
}

void ask_leader_for_barrier(scheduler_state& state, batch_number batch) {
  state.peers->ask(state.remote.sent(ticket_of(batch, 0), 1), encode(barrier_message{}),
                   wish_timeout);
}

void settle(scheduler_state& state, remote_desk::settled outcomes) {
  for (auto& [caller, outcome] : outcomes) {
    auto closed = state.desk.settle(caller, std::move(outcome));
    if (!closed)
      continue;
    if (auto waiting = state.callers.extract(closed->first))
      waiting.mapped()(std::move(closed->second));
  }
}

void beat(scheduler_state& state) {
  if (!state.peers || state.status.halted)
    return;
  const auto& of = state.context->replica;
  const auto& stands = state.status.standing;
  state.beat_at = state.context->time.ticks();
  state.peers->beat(
      encode(beat_message{of.node, of.boot, stands.epoch, stands.index, stands.hash, stands.leads,
                          stands.created, state.leaving, state.context->time.now()}));
}

std::function<void(outcome_batch)> remote_caller(scheduler_state& state, std::string reply_to) {
  return [&state, to = std::move(reply_to)](outcome_batch told) {
    // This node ends, the log goes on: the next leader is to be asked.
    for (auto& outcome : told.outcomes)
      if (!outcome && outcome.error().code == errc::shutting_down)
        outcome = error{errc::not_leader, {}};
    state.peers->reply(to, encode(reply_message{state.applied, std::move(told.outcomes)}));
  };
}

} // namespace dure
