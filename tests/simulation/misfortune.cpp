#include "actors/core/record_codec.hpp"
#include "tests/simulation/callers.hpp"
#include "tests/simulation/world.hpp"

#include <algorithm>

namespace dure::simulation {

namespace {

/// After a covered damage nothing else goes wrong until the tails must have mended it.
constexpr milliseconds time_to_mend{12'000};

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
  // Losing power as well may take what only this tail still has; that is for the wild runs.
  auto may_lose_power = mode_ == damage::none || mode_ == damage::wild;
  switch (chance.below(9)) {
  case 0:
  case 1:
    node.kill(false);
    return restart_later(number);
  case 2:
    power_was_lost_ = power_was_lost_ || may_lose_power;
    node.kill(may_lose_power);
    return restart_later(number);
  case 3:
    return node.stop_for(chance.between(milliseconds{1'200}, milliseconds{15'000}));
  case 4:
    return node.lose_journal_for(chance.between(milliseconds{500}, milliseconds{14'000}));
  case 5:
    unheard_until_[number] = time.now() + chance.between(milliseconds{1'000}, milliseconds{8'000});
    return;
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
  auto now = time.now();
  auto heard = std::all_of(unheard_until_.begin(), unheard_until_.end(),
                           [now](milliseconds until) { return now >= until; });
  return heard && leader() && std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
           return node->running() && node->awake() && node->reaches_journal();
         });
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
  power_was_lost_ = power_was_lost_ || nodes_.size() > 1;
}

bool world::everyone_knows_who_led() const {
  auto newest = decode_record(*log.read(log.last()));
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
