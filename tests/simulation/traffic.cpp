#include "tests/simulation/world.hpp"

#include <utility>

namespace dure::simulation {

namespace {

constexpr milliseconds beat_period{500};

} // namespace

bool world::reaches(network::party from, network::party to) {
  if (ways.is_open(from, to, time.now()))
    return true;
  if (ways.is_cut_this_way_only(from, to, time.now()))
    note(situation::one_way_partition_met);
  return false;
}

/// Lets `arrive(copy)` happen at the other end, unless what is sent gets lost: perhaps late, so
/// that what was sent later overtakes it, and perhaps twice.
void world::send(const traffic& of, network::party from, network::party to,
                 const std::function<void(std::size_t)>& arrive) {
  if (from != to && !reaches(from, to))
    return;
  const auto copies = stormy() && chance.chance(of.doubled) ? 2U : 1U;
  for (std::size_t copy = 0; copy < copies; ++copy) {
    auto lost = stormy() && chance.chance(of.lost);
    auto slow = stormy() && chance.chance(of.slow);
    auto way = chance.between(milliseconds{0}, slow ? of.slowest : of.usual);
    if (!lost)
      time.in(way, [arrive, copy] { arrive(copy); });
  }
}

void world::call(std::size_t from, command wish, milliseconds wait, answered done,
                 std::function<bool()> wanted) {
  ask_leader(
      from,
      [wish = std::move(wish), wait](simulated_node& node, answered reply) {
        if (wait > milliseconds{0})
          node.ask_claim(wish, wait, std::move(reply));
        else
          node.ask(wish, std::move(reply));
      },
      std::move(done), std::move(wanted));
}

void world::ask_leader(std::size_t from, asked ask, answered done, std::function<bool()> wanted) {
  static constexpr traffic requests{2, 3, 2, milliseconds{10}, milliseconds{6'000}};
  static constexpr traffic replies{2, 1, 1, milliseconds{10}, milliseconds{2'000}};
  const auto to = route(from);
  auto reply = [this, from, to, done = std::move(done)](const result<answer>& outcome) {
    send(replies, to, from, [done, outcome](std::size_t) { done(outcome); });
  };
  send(requests, from, to, [this, to, ask = std::move(ask), reply, wanted](std::size_t copy) {
    if (!wanted())
      return;
    if (copy > 0 && nodes_[to]->running())
      note(situation::duplicate_request_heard);
    ask(*nodes_[to], reply);
  });
}

/// Returns whom a node asks: whoever it believes to lead, whoever does, or anybody.
std::size_t world::route(std::size_t from) {
  const auto* leads = leader();
  if (chance.chance(10) || !leads)
    return chance.below(nodes_.size());
  const auto& asks = *nodes_[from];
  const auto& believed =
      asks.running() && chance.chance(50) ? asks.standing().leader : leads->name();
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i]->name() == believed)
      return i;
  return from;
}

void world::plan_beats(std::size_t number) {
  time.in(beat_period, [this, number] {
    const auto& node = *nodes_[number];
    if (node.running() && node.awake())
      beat(number);
    plan_beats(number);
  });
}

void world::beat(std::size_t from) {
  static constexpr traffic beats{5, 2, 2, milliseconds{30}, milliseconds{2'000}};
  const auto& node = *nodes_[from];
  const auto& s = node.standing();
  const replica_input::peer told{node.name(), node.boot(), s.epoch, s.index,    s.hash,
                                 s.leads,     s.created,   false,   node.wall()};
  const auto count = ++beats_told_;
  // Its own beat comes back by the bus.
  for (std::size_t to = 0; to < nodes_.size(); ++to)
    if (to != from || reaches(from, from))
      send(beats, from, to, [this, from, to, told, count](std::size_t) {
        note_order(last_beats_[{from, to}], count);
        nodes_[to]->hear(told);
      });
}

void world::note_order(std::uint64_t& last, std::uint64_t count) {
  if (count < last)
    note(situation::reordered_beat_heard);
  if (count == last)
    note(situation::duplicate_beat_heard);
  last = count;
}

} // namespace dure::simulation
