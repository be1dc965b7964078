#include "tests/simulation/world.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/record_codec.hpp"
#include "actors/core/rows.hpp"
#include "actors/core/verify.hpp"
#include "tests/simulation/callers.hpp"
#include "tests/simulation/invariants.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string_view>
#include <utility>

namespace dure::simulation {

namespace {

constexpr milliseconds storm_lasts{20'000};
constexpr milliseconds calm_lasts{180'000};
constexpr milliseconds beat_period{500};
constexpr milliseconds patience{2'000}; ///< Of a replica before it tries to lead.
constexpr std::size_t nodes_max = 3;
constexpr std::size_t clients_count = 3;
constexpr timestamp beginning{std::chrono::seconds{1'700'000'000}};

damage choose_damage(dice& chance) {
  auto roll = chance.below(100);
  if (roll < 35)
    return damage::none;
  if (roll < 65)
    return damage::covered;
  return roll < 85 ? damage::remade : damage::wild;
}

/// Returns what a delta changes, but for the replica's own row, as a number.
std::uint64_t digest(const state_delta& delta) {
  std::uint64_t sum = 0;
  auto mix = [&sum](std::string_view bytes) {
    sum = (sum ^ std::hash<std::string_view>{}(bytes)) * 0x9e3779b97f4a7c15ULL + 1;
  };
  for (std::size_t f = 0; f < family_count; ++f) {
    if (family{static_cast<std::uint8_t>(f)} == family::meta)
      continue;
    for (const auto& [key, value] : delta.families[f]) {
      mix(key);
      mix(value ? std::string_view{*value} : std::string_view{"gone"});
    }
  }
  return sum;
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
    : chance{seed}, log{beginning}, traced_{traced}, mode_{choose_damage(chance)},
      peace_max_{chance.between(milliseconds{1'000}, milliseconds{12'000})} {
  auto count = 1 + chance.below(nodes_max);
  unheard_until_.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    nodes_.push_back(std::make_unique<simulated_node>(*this, i, "node-" + std::to_string(i)));
  for (std::size_t i = 0; i < clients_count; ++i)
    clients_.push_back(std::make_unique<client>(*this));
}

world::~world() = default;

std::string world::run() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i]->start();
    plan_beats(i);
  }
  for (auto& c : clients_)
    c->begin();
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

void world::call(command wish, milliseconds wait, answered done, std::function<bool()> wanted) {
  auto lost = stormy() && chance.chance(2);
  auto slow = stormy() && chance.chance(3);
  auto way = chance.between(milliseconds{0}, slow ? milliseconds{6'000} : milliseconds{10});
  if (lost)
    return;
  auto reply = [this, done = std::move(done)](result<answer> outcome) {
    if (stormy() && chance.chance(2))
      return;
    time.in(chance.between(milliseconds{0}, milliseconds{10}),
            [done, outcome = std::move(outcome)] { done(outcome); });
  };
  time.in(way, [this, wait, wish = std::move(wish), reply = std::move(reply),
                wanted = std::move(wanted)] {
    if (!wanted())
      return;
    if (wait > milliseconds{0})
      route().ask_claim(wish, wait, reply);
    else
      route().ask(wish, reply);
  });
}

simulated_node& world::route() {
  auto* leads = leader();
  if (leads && !chance.chance(10))
    return *leads;
  return *nodes_[chance.below(nodes_.size())];
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

/// Before a replica's store takes a record: is it what every other replica made of it?
void world::on_applying(const simulated_node& by, const replica_effect::write& w) {
  const auto& raw = w.delta.of(family::tail);
  if (raw.size() != 1 || !raw.begin()->second)
    return fail(by.name() + " applies a record without its bytes");
  auto known = digests_.emplace(trailing_hash(*raw.begin()->second), digest(w.delta));
  if (!known.second && known.first->second != digest(w.delta))
    return fail(by.name() + " makes something else of record " + std::to_string(number(w.index)));
  if (known.second)
    note_events(w.events);
  check_versions(by, w.delta);
}

void world::check_versions(const simulated_node& by, const state_delta& delta) {
  for (const auto& [key, value] : delta.of(family::jobs)) {
    auto before = by.store().rows().get(family::jobs, key);
    if (!value || !before || !*before)
      continue;
    auto older = decode_row<job>(**before);
    auto newer = decode_row<job>(*value);
    if (!older || !newer || newer->version <= older->version)
      fail("a job's version does not grow on " + by.name());
  }
}

void world::on_applied(const simulated_node& by) {
  // Each check costs as much as all rows: a broken rule does not mend itself, so one in eight will
  // do.
  if (chance.below(8) == 0)
    expect_whole(by, verify_rows(by.store().rows(), the_log));
}

void world::expect_whole(const simulated_node& node, const result<verification>& checked) {
  if (!checked)
    fail(node.name() + " cannot be verified: " + checked.error().context);
  else if (!checked->broken.empty())
    fail(node.name() + ": " + checked->broken.front());
}

void world::on_halt(const simulated_node& node, const std::string& reason) {
  if (mode_ == damage::none || mode_ == damage::covered)
    return fail(node.name() + " halts: " + reason);
  note(situation::fork_halted);
}

void world::on_standing(const simulated_node& node, bool led_before, bool draining) {
  const auto& stands = node.standing();
  std::string_view why = stands.why_not;
  if (why.find("waiting for the other") != why.npos || why.find("has records that") != why.npos)
    note(situation::tail_of_a_peer_awaited);
  if (why.find("not taken a record") != why.npos)
    note(situation::journal_unreachable_for_long);
  // Nobody has deposed it, or there would be a newer record.
  if (led_before && !stands.leads && !draining && why.empty() && stands.index == log.last())
    note(situation::handed_over_by_choice);
  if (led_before && !stands.leads && draining) {
    note(situation::leader_drained);
    resigned_ = node.name();
    resigned_at_ = time.now();
  }
}

void world::on_started(std::size_t number) {
  workers_.push_back(std::make_unique<worker>(*this, number));
  workers_.back()->begin();
}

void world::note_events(const std::vector<event>& facts) {
  std::string claimed;
  std::map<job_id, bool> submitted;
  for (const auto& e : facts) {
    if (const auto* c = std::get_if<events::leader_claimed>(&e)) {
      claimed = c->node;
      if (!died_mid_append_.empty() && died_mid_append_ != c->node)
        note(situation::took_over_mid_append);
      died_mid_append_.clear();
      if (!resigned_.empty() && resigned_ != c->node && time.now() - resigned_at_ < patience)
        note(situation::handed_over_early);
      resigned_.clear();
    } else if (const auto* s = std::get_if<events::job_submitted>(&e)) {
      submitted[s->spec.id] = true;
    } else if (const auto* l = std::get_if<events::job_leased>(&e)) {
      if (submitted.count(l->of.job) != 0)
        note(situation::fed_by_the_submits_record);
      if (forbidden_.count(l->claim) != 0)
        fail("job " + to_string(l->of.job) + " is leased to a worker that is known to be dead");
      auto lost = lost_with_.find(l->of.job);
      if (lost != lost_with_.end() && lost->second != l->of.node)
        note(situation::lost_jobs_given_to_another);
    } else if (const auto* a = std::get_if<events::attempt_ended>(&e)) {
      if (a->end == attempt_end::lost) {
        lost_with_[a->of.job] = a->of.node;
        if (auto dead = dying_.find(a->of.boot); dead != dying_.end())
          forbid(dead->second);
        if (a->of.node == claimed)
          note(situation::own_leases_freed_at_restart);
        if (is_out_of_reach(a->of.node))
          note(situation::silent_node_lost);
      }
    } else if (std::holds_alternative<events::cancel_requested>(e)) {
      note(situation::cancelled_while_running);
    }
  }
}

bool world::is_out_of_reach(const std::string& name) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return node->name() == name && !(node->running() && node->awake());
  });
}

void world::plan_beats(std::size_t number) {
  time.in(beat_period, [this, number] {
    const auto& node = *nodes_[number];
    if (node.running() && node.awake() && time.now() >= unheard_until_[number])
      beat(node);
    plan_beats(number);
  });
}

void world::beat(const simulated_node& from) {
  const auto& s = from.standing();
  replica_input::peer told{from.name(), from.boot(), s.epoch, s.index,    s.hash,
                           s.leads,     s.created,   false,   from.wall()};
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (time.now() < unheard_until_[i] || (stormy() && chance.chance(5)))
      continue;
    auto slow = stormy() && chance.chance(2);
    time.in(chance.between(milliseconds{0}, slow ? milliseconds{2'000} : milliseconds{30}),
            [this, i, told] { nodes_[i]->hear(told); });
  }
}

void world::heal() {
  stormy_ = false;
  trace("world", "the storm is over");
  std::fill(unheard_until_.begin(), unheard_until_.end(), milliseconds{0});
  for (auto& node : nodes_) {
    node->heal();
    node->start();
  }
  set_queue_free();
}

/// Lets everything that waits run, so that the end can be awaited.
void world::set_queue_free() {
  command wish{chance.id<command_id>(), "operator", configure_queue{}};
  std::get<configure_queue>(wish.body).settings.version = next_settings_version();
  call(wish, milliseconds{0}, [this](const result<answer>& outcome) {
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
  if (!leads || !queue_is_free_ || !std::all_of(clients_.begin(), clients_.end(), idle))
    return false;
  for (const auto& node : nodes_)
    if (!node->halted() && (!node->running() || node->standing().index != log.last()))
      return false;
  for (auto s : {job_state::scheduled, job_state::pending, job_state::running})
    if (count_rows(leads->store().rows(), family::by_state, keys::by_state_of(the_log, s)) != 0)
      return false;
  return true;
}

chain_model world::chain_of(const simulated_node& node) {
  chain_model chain;
  for (std::uint64_t i = 1; i <= number(node.standing().index); ++i) {
    auto raw = node.store().rows().get(family::tail, keys::tail(the_log, journal_index{i}));
    if (!raw || !*raw) {
      fail(node.name() + " has no raw record " + std::to_string(i));
      break;
    }
    auto r = decode_record(**raw);
    if (!r) {
      fail(node.name() + " keeps a record that nobody can read");
      break;
    }
    chain.take(*r);
  }
  if (!chain.broken().empty())
    fail(chain.broken());
  return chain;
}

void world::check_end() {
  auto halted =
      std::any_of(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->halted(); });
  if (!settled()) {
    // After a fork the others may rightly wait for a person.
    if (!halted)
      fail("it does not come to rest: " +
           (leader() ? "jobs or callers are left" : nodes_.front()->standing().why_not));
    return;
  }
  for (const auto& node : nodes_) {
    if (node->halted())
      continue;
    auto chain = chain_of(*node);
    expect_whole(*node, verify_rows(node->store().rows(), the_log));
    for (const auto& difference : rebuilt_rows{node->store().rows(), the_log}.differences())
      fail(node->name() + ": " + difference);
    expect_whole(*node, verify_tail(node->store().rows(), the_log));
    if (mode_ == damage::wild && (halted || power_was_lost_))
      continue;
    if (auto broken = promises_.broken_by(chain))
      fail(*broken);
  }
}

} // namespace dure::simulation
