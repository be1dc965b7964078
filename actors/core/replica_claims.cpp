#include "actors/core/queries.hpp"
#include "actors/core/question_queries.hpp"
#include "actors/core/replica_machine.hpp"
#include "actors/core/replica_wishes.hpp"

#include <utility>

namespace dure {

namespace {

constexpr milliseconds roll_call_period{500};
constexpr milliseconds patience_for_a_node{4'000}; ///< Eight beats.

} // namespace

/// A life that loses its leases must not be granted others: nobody would work on them.
void replica::machine::forget_claims_of(const lose_node& ended) {
  std::erase_if(claims, [&](const waiting_claim& c) {
    const auto& wish = std::get<claim>(c.wish.body);
    if (wish.node != ended.node || wish.boot == ended.except)
      return false;
    answer_now(c.caller, answer{granted{}});
    return true;
  });
}

/// Decides a claim; false when there is nothing for it (yet).
bool replica::machine::offer(const waiting_claim& c) {
  if (silent_nodes.count(std::get<claim>(c.wish.body).node) > 0)
    return false; // It would lose at once what it is granted.
  if (next.full || !waiting.empty()) {
    feedable = true;
    return false;
  }
  auto was_open = next.open;
  open_draft();
  auto where = context();
  where.grants_max = speed.allowance(ticks);
  auto decided = ledger::decide(building, c.wish, where);
  if (!decided && is_fatal(decided.error().code)) {
    halt(decided.error());
    return false;
  }
  if (!decided) {
    next.replies.push_back({c.caller, decided.error()});
    return true;
  }
  const auto* leases = std::get_if<granted>(&decided->reply);
  if (leases && leases->grants.empty() && decided->events.empty()) {
    next.open = was_open;
    return false;
  }
  if (!add_to_draft(c.wish.id, c.wish.by, std::move(decided->events))) {
    next.full = true;
    feedable = true;
    return false;
  }
  next.replies.push_back({c.caller, std::move(decided->reply)});
  return in != phase::halted;
}

void replica::machine::feed_claims() {
  if (!feedable || claims.empty() || next.full || stalled)
    return;
  feedable = false;
  for (auto& c : std::exchange(claims, {})) {
    if (!next.full && in != phase::halted && offer(c))
      continue;
    if (in == phase::halted)
      answer_now(c.caller, error{errc::unavailable, {}});
    else
      claims.push_back(std::move(c));
  }
  feedable = feedable || next.full;
}

/// A new leader's buckets are empty: what an older one granted in this minute still counts.
void replica::machine::begin_pace() {
  auto provider = queries::provider_of(building, config.log);
  if (!provider)
    return halt(provider.error());
  silent_nodes.clear();
  resigning = false;
  led_for = milliseconds{0};
  since_roll_call = milliseconds{0};
  speed.begin(provider->rate, provider->failures > 0 || provider->blocked_until > now, ticks);
}

/// Ends the leases of nodes that nothing has been heard of for long: a dead one works on nothing.
void replica::machine::lose_silent_nodes(milliseconds passed) {
  since_roll_call += passed;
  if (!config.peers_beat || since_roll_call < roll_call_period)
    return;
  since_roll_call = milliseconds{0};
  auto holders = queries::nodes_with_leases(base, config.log);
  if (!holders)
    return halt(holders.error());
  for (auto& node : *holders) {
    auto is_dead = peers.silence_of(node) >= patience_for_a_node && silent_nodes.count(node) == 0;
    if (node == config.node || !is_dead)
      continue;
    enqueue({std::nullopt, {{}, config.node, lose_node{node, std::nullopt}}, 0});
    silent_nodes.insert(std::move(node));
  }
}

void replica::machine::expire_claims() {
  std::erase_if(claims, [this](const waiting_claim& c) {
    if (c.until > ticks)
      return false;
    answer_now(c.caller, answer{granted{}});
    return true;
  });
}

void replica::machine::answer_claims(const result<answer>& outcome) {
  for (const auto& c : claims)
    answer_now(c.caller, outcome);
  claims.clear();
}

} // namespace dure
