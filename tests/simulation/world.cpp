#include "tests/simulation/world.hpp"

#include "actors/core/keys.hpp"
#include "tests/simulation/callers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace dure::simulation {

namespace {

constexpr milliseconds storm_lasts{20'000};
constexpr milliseconds calm_lasts{180'000};
constexpr std::size_t clients_count = 3;
constexpr std::array<std::size_t, 10> node_counts{1, 1, 2, 2, 3, 3, 3, 3, 4, 5};
constexpr timestamp beginning{std::chrono::seconds{1'700'000'000}};

damage choose_damage(dice& chance) {
  auto roll = chance.below(100);
  if (roll < 35)
    return damage::none;
  if (roll < 65)
    return damage::covered;
  return roll < 85 ? damage::remade : damage::wild;
}

std::size_t count_rows(const state_reader& state, family f, const key_range& range) {
  std::size_t count = 0;
  auto scanned = state.scan(f, range, scan_order::ascending, [&count](auto, auto) {
    ++count;
    return true;
  });
  return scanned ? count : 0;
}

} // namespace

world::world(std::uint64_t seed, bool traced)
    : chance{seed}, log{beginning}, ways{node_counts[chance.below(node_counts.size())]},
      traced_{traced}, mode_{choose_damage(chance)},
      peace_max_{chance.between(milliseconds{1'000}, milliseconds{12'000})},
      snapshot_after_bytes_{std::uint64_t{1'000} << chance.below(8)} {
  for (std::size_t i = 0; i < ways.journal(); ++i)
    nodes_.push_back(std::make_unique<simulated_node>(*this, i, "node-" + std::to_string(i)));
  for (std::size_t i = 0; i < clients_count; ++i)
    clients_.push_back(std::make_unique<client>(*this));
  reader_ = std::make_unique<reader>(*this);
}

world::~world() = default;

std::string world::run() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i]->start();
    plan_beats(i);
  }
  for (auto& c : clients_)
    c->begin();
  reader_->begin();
  plan_misfortune();
  while (broken_.empty() && time.advance(storm_lasts)) {
  }
  heal();
  while (broken_.empty() && !settled() && time.advance(storm_lasts + calm_lasts)) {
  }
  if (broken_.empty())
    check_end();
  return broken_;
}

void world::fail(const std::string& what) {
  if (broken_.empty())
    broken_ = std::to_string(time.now().count()) + " ms: " + what;
}

void world::trace(const std::string& who, const std::string& what) const {
  if (traced_)
    std::printf("%7lld ms  %-8s %s\n", static_cast<long long>(time.now().count()), who.c_str(),
                what.c_str());
}

timestamp world::wall() const {
  return beginning + time.now();
}

simulated_node* world::leader() const {
  for (const auto& node : nodes_)
    if (node->running() && node->standing().leads)
      return node.get();
  return nullptr;
}

void world::on_log_grown() {
  for (auto& node : nodes_)
    node->on_log_grown();
}

void world::on_started(std::size_t number) {
  workers_.push_back(std::make_unique<worker>(*this, number));
  workers_.back()->begin();
}

void world::heal() {
  stormy_ = false;
  trace("world", "the storm is over");
  ways.heal();
  for (auto& node : nodes_) {
    node->heal();
    node->start();
  }
  set_queue_free();
  plan_last_death();
}

/// Lets everything that waits run, so that the end can be awaited.
void world::set_queue_free() {
  command wish{chance.id<command_id>(), "operator", configure_queue{}};
  std::get<configure_queue>(wish.body).settings.version = next_settings_version();
  call(chance.below(nodes_.size()), wish, milliseconds{0}, [this](const result<answer>& outcome) {
    if (outcome)
      queue_is_free_ = true;
  });
  time.in(milliseconds{1'000}, [this] {
    if (!queue_is_free_)
      set_queue_free();
  });
}

/// Returns whether everybody was answered, every job has ended and all replicas are at the end.
bool world::settled() const {
  auto* leads = leader();
  auto idle = [](const auto& c) { return c->idle(); };
  if (!leads || last_death_awaited_ || !queue_is_free_ ||
      !std::all_of(clients_.begin(), clients_.end(), idle))
    return false;
  for (const auto& node : nodes_)
    if (!node->halted() && (!node->running() || node->standing().index != log.last()))
      return false;
  for (auto s : {job_state::scheduled, job_state::pending, job_state::running})
    if (count_rows(leads->store().rows(), family::by_state, keys::by_state_of(the_log, s)) != 0)
      return false;
  return true;
}

} // namespace dure::simulation
