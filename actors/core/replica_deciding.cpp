#include "actors/core/limits.hpp"
#include "actors/core/replica_machine.hpp"
#include "actors/core/replica_wishes.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

constexpr std::size_t due_at_once = 1'000;

} // namespace

void replica::machine::hear(replica_input::wishes& w) {
  ticks = w.ticks;
  now = w.now;
  for (auto& [caller, wish] : w.commands) {
    if (auto refusal = closed_to(wish))
      answer_now(caller, error{*refusal, {}});
    else
      enqueue({caller, std::move(wish), 0});
  }
}

void replica::machine::hear(replica_input::claim_wish& w) {
  ticks = w.ticks;
  now = w.now;
  const auto& wish = std::get<claim>(w.wish.body);
  peers.note_sign_of(wish.node);
  hear_again(wish.node);
  auto older = std::find_if(claims.begin(), claims.end(), [&wish](const waiting_claim& c) {
    const auto& body = std::get<claim>(c.wish.body);
    return body.node == wish.node && body.boot == wish.boot;
  });
  if (older != claims.end()) {
    answer_now(older->caller, answer{granted{}});
    claims.erase(older);
  }
  if (draining)
    return answer_now(w.caller, error{errc::not_leader, {}});
  if (auto refusal = closed_to(w.wish))
    return answer_now(w.caller, error{*refusal, {}});
  waiting_claim newest{w.caller, std::move(w.wish), w.until};
  if (offer(newest))
    return;
  if (in == phase::halted)
    return answer_now(newest.caller, error{errc::unavailable, {}});
  if (claims.size() >= limits::claims_waiting_max || newest.until <= ticks)
    return answer_now(newest.caller, answer{granted{}});
  claims.push_back(std::move(newest));
}

void replica::machine::hear(replica_input::barrier_wish& w) {
  ticks = w.ticks;
  now = w.now;
  if (in != phase::leading || draining)
    return answer_now(w.caller, error{errc::not_leader, {}});
  if (stalled)
    return answer_now(w.caller, error{errc::unavailable, {}});
  open_draft();
  next.replies.push_back({w.caller, answer{accepted{}}});
}

std::optional<errc> replica::machine::closed_to(const command& wish) const {
  if (in == phase::halted)
    return errc::unavailable;
  if (in != phase::leading)
    return errc::not_leader;
  if (stalled)
    return errc::unavailable;
  if (draining && !ends_an_attempt(wish))
    return errc::shutting_down;
  return std::nullopt;
}

ledger::context replica::machine::context() const {
  return {config.log, next.head.epoch, next.head.time};
}

void replica::machine::open_draft() {
  if (next.open)
    return;
  const auto& before = out ? out->after : position;
  next.open = true;
  next.head.log = config.log;
  next.head.epoch = before.epoch;
  next.head.node = config.node;
  next.head.boot = config.boot;
  next.head.index = dure::next(before.index);
  next.head.time = std::max(now, before.time);
  next.head.previous = before.hash;
}

/// Takes the events into the record, in bytes and in state; false when there is no room.
bool replica::machine::add_to_draft(const command_id& id, std::string_view by,
                                    std::vector<event>&& events) {
  if (events.empty())
    return true;
  if (!next.entries.add(id, by, events))
    return false;
  for (auto& e : events) {
    if (auto applied = ledger::apply(building, e, context()); !applied) {
      halt(applied.error());
      return true;
    }
    feedable = feedable || may_feed(e);
    speed.hear(e, ticks);
    next.events.push_back(std::move(e));
  }
  return true;
}

void replica::machine::decide(waiting_wish wish) {
  open_draft();
  if (const auto* ended = std::get_if<lose_node>(&wish.wish.body))
    forget_claims_of(*ended);
  auto decided = ledger::decide(building, wish.wish, context());
  // A node's leases are ended so many at a time: the rest follows behind what waits.
  auto more_to_lose = decided && std::holds_alternative<lose_node>(wish.wish.body) &&
                      decided->events.size() >= limits::lost_leases_max;
  if (more_to_lose)
    put_last({std::nullopt, {{}, config.node, wish.wish.body}, wish.bytes});
  result<answer> outcome = answer{};
  if (!decided && is_fatal(decided.error().code))
    halt(decided.error());
  else if (!decided)
    outcome = decided.error();
  else if (add_to_draft(wish.wish.id, wish.wish.by, std::move(decided->events))) {
    outcome = std::move(decided->reply);
    speed.hear(quota_in(wish.wish.body));
  } else if (next.entries.empty())
    outcome = error{errc::too_large, "what it leads to does not fit into a record"};
  else {
    next.full = true;
    return put_first(std::move(wish));
  }
  if (wish.caller && in == phase::halted)
    answer_now(*wish.caller, error{errc::unavailable, {}});
  else if (wish.caller)
    next.replies.push_back({*wish.caller, std::move(outcome)});
}

void replica::machine::enqueue(waiting_wish wish) {
  wish.bytes = weight(wish.wish);
  if (waiting.empty() && !next.full)
    return decide(std::move(wish));
  auto room = waiting.size() < limits::wishes_waiting_max &&
              waiting_bytes + wish.bytes <= limits::wishes_waiting_bytes_max;
  if (wish.caller && !room)
    return answer_now(*wish.caller, error{errc::busy, {}});
  put_last(std::move(wish));
}

void replica::machine::put_first(waiting_wish wish) {
  waiting_bytes += wish.bytes;
  waiting.push_front(std::move(wish));
}

void replica::machine::put_last(waiting_wish wish) {
  waiting_bytes += wish.bytes;
  waiting.push_back(std::move(wish));
}

replica::machine::waiting_wish replica::machine::take_first() {
  auto wish = std::move(waiting.front());
  waiting.pop_front();
  waiting_bytes -= wish.bytes;
  return wish;
}

/// Ends the leases that earlier lives of `node` still hold: nobody works on them any more.
void replica::machine::lose_older_lives(const std::string& node, const boot_id& boot) {
  enqueue({std::nullopt, {{}, config.node, lose_node{node, boot}}, 0});
}

void replica::machine::fill_draft() {
  if (due_again)
    decide_due();
  while (!waiting.empty() && !next.full && in == phase::leading) {
    decide(take_first());
  }
}

void replica::machine::decide_due() {
  due_again = false;
  if (stalled || next.full)
    return;
  auto was_open = next.open;
  open_draft();
  auto due = ledger::due(building, context(), due_at_once);
  if (!due)
    return halt(due.error());
  // Who has just begun (again) to take reports hears the late ones first.
  if (ticks < overdue_from)
    std::erase_if(
        *due, [](const command_body& body) { return std::holds_alternative<end_overdue>(body); });
  if (due->empty()) {
    // An empty record is not opened by looking: its time is that of its first wish.
    next.open = was_open;
    return;
  }
  auto before = next.events.size();
  for (auto& body : *due) {
    if (next.full || in == phase::halted)
      return;
    decide({std::nullopt, {{}, config.node, std::move(body)}, 0});
  }
  // A round that changed nothing would come back the same.
  due_again = due->size() == due_at_once && next.events.size() > before;
}

} // namespace dure
