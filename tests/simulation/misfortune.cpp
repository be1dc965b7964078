#include "actors/core/record_codec.hpp"
#include "tests/simulation/callers.hpp"
#include "tests/simulation/world.hpp"

#include <algorithm>

namespace dure::simulation {

namespace {

/// After a covered damage nothing else goes wrong until the tails must have mended it.
constexpr milliseconds time_to_mend{12'000};
constexpr milliseconds clock_error_max{20'000};

} // namespace

void world::plan_misfortune() {
  time.in(chance.between(milliseconds{200}, peace_max_), [this] {
    if (!stormy_)
      return;
    if (stormy())
      misfortune();
    plan_misfortune();
  });
}

void world::misfortune() {
  auto roll = chance.below(100);
  if (roll < 15)
    return damage_log();
  if (roll < 23) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i]->kill(false);
      restart_later(i);
    }
    return;
  }
  auto number = chance.below(nodes_.size());
  strike(*nodes_[number], number);
}

void world::strike(simulated_node& node, std::size_t number) {
  // Losing rows as well may take what only this tail still has; that is for the wild runs.
  auto may_lose_rows = mode_ == damage::none || mode_ == damage::wild;
  switch (chance.below(13)) {
  case 0:
  case 1:
    node.kill(false);
    return restart_later(number);
  case 2:
    rows_were_lost_ = rows_were_lost_ || may_lose_rows;
    node.kill(may_lose_rows);
    return restart_later(number);
  case 3:
    return node.stop_for(chance.between(milliseconds{1'200}, milliseconds{18'000}));
  case 4:
  case 5:
  case 9:
    return cut_ways(number);
  case 10:
    return may_lose_rows ? lose_disk(node, number) : cut_ways(number);
  case 11:
  case 12:
    return set_clock(node);
  case 6:
    node.drain();
    time.in(chance.between(milliseconds{500}, milliseconds{4'000}),
            [this, &node, number, life = node.life()] {
              if (node.life() != life)
                return;
              node.kill(false);
              restart_later(number);
            });
    return;
  case 7:
    return node.store().sync();
  case 8:
    return restart_worker(number);
  }
}

/// Cuts some from others, or only one of the two directions between them.
void world::cut_ways(std::size_t number) {
  const auto until = time.now() + chance.between(milliseconds{500}, milliseconds{14'000});
  const auto outwards = chance.chance(70);
  const auto inwards = !outwards || chance.chance(60);
  const auto kind = chance.below(4);
  auto is_here = [&, half = chance.bits()](std::size_t i) {
    return i == number || (kind == 3 && (half >> i & 1) != 0);
  };
  auto is_there = [&](std::size_t i) {
    if (kind == 0) // The journal alone is out of reach.
      return i == ways.journal();
    if (kind == 1) // All that is told over the bus, its own beats too.
      return i != ways.journal();
    return kind == 2 || !is_here(i); // Everything; or one half, with the journal, of the other.
  };
  for (std::size_t here = 0; here < nodes_.size(); ++here) {
    for (std::size_t there = 0; there <= ways.journal(); ++there) {
      if (!is_here(here) || !is_there(there))
        continue;
      if (outwards)
        ways.cut(here, there, until);
      if (inwards)
        ways.cut(there, here, until);
    }
  }
  trace(nodes_[number]->name(), "is cut off, kind " + std::to_string(kind) +
                                    (outwards ? inwards ? "" : ", outwards" : ", inwards"));
}

/// With a disk goes the store; of the log only this machine's share, which the others make up for,
/// unless that goes wrong too.
void world::lose_disk(simulated_node& node, std::size_t number) {
  rows_were_lost_ = true;
  node.kill(false);
  node.lose_disk();
  restart_later(number);
  if (mode_ == damage::wild && chance.chance(40))
    damage_log();
}

void world::set_clock(simulated_node& node) {
  const auto wrong = chance.chance(70) ? clock_error_max : milliseconds{500};
  node.set_clock(chance.between(-wrong, wrong));
}

/// The worker dies within a living process, and the supervisor starts another.
void world::restart_worker(std::size_t number) {
  auto dies = std::find_if(workers_.begin(), workers_.end(),
                           [number](const auto& w) { return w->node() == number && w->alive(); });
  if (dies == workers_.end())
    return;
  auto& dead = **dies;
  dead.die();
  time.in(milliseconds{200}, [this, number, &dead, life = nodes_[number]->life()] {
    if (!nodes_[number]->running() || nodes_[number]->life() != life)
      return;
    workers_.push_back(std::make_unique<worker>(*this, number));
    workers_.back()->begin_after(dead);
  });
}

void world::restart_later(std::size_t number) {
  time.in(chance.between(milliseconds{50}, milliseconds{5'000}),
          [this, number] { nodes_[number]->start(); });
}

bool world::everyone_is_well() const {
  return ways.is_whole(time.now()) && leader() &&
         std::all_of(nodes_.begin(), nodes_.end(),
                     [](const auto& node) { return node->running() && node->awake(); });
}

/// One node, perhaps the only one with the newest records, is away for long enough that the others
/// write on; and the others lose power.
void world::lose_tails() {
  auto away = chance.below(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i]->kill(i != away);
    auto soonest = milliseconds{i == away ? 4'000 : 50};
    time.in(chance.between(soonest, 3 * soonest), [this, i] { nodes_[i]->start(); });
  }
  rows_were_lost_ = rows_were_lost_ || nodes_.size() > 1;
}

bool world::everyone_knows_who_led() const {
  auto bytes = log.read(log.last());
  if (!bytes)
    return false;
  auto newest = decode_record(*bytes);
  return newest && std::all_of(nodes_.begin(), nodes_.end(), [&newest](const auto& node) {
           return node->standing().epoch == newest->epoch;
         });
}

void world::damage_log() {
  if (mode_ == damage::none || number(log.last()) == 0)
    return;
  if (mode_ == damage::covered && nodes_.size() > 1) {
    if (!everyone_is_well())
      return;
    calm_until_ = time.now() + time_to_mend;
  }
  if (mode_ == damage::remade && !everyone_knows_who_led())
    return;
  if (mode_ == damage::wild && chance.chance(50))
    lose_tails();
  ++log_life_;
  if (mode_ == damage::remade || chance.chance(40)) {
    note(situation::stream_gone);
    log.make_again(wall());
  } else {
    note(situation::stream_cut);
    auto few = chance.chance(60);
    auto lost = chance.below(few ? std::min<std::uint64_t>(8, number(log.last())) + 1
                                 : number(log.last()) + 1);
    log.cut(journal_index{number(log.last()) - lost});
  }
  trace("world", "the log ends at " + std::to_string(number(log.last())));
  for (auto& node : nodes_)
    node->on_log_damaged();
}

} // namespace dure::simulation
