#include "tests/simulation/simulated_node.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/record_codec.hpp"
#include "tests/simulation/world.hpp"

#include <algorithm>
#include <utility>

namespace dure::simulation {

namespace {

constexpr milliseconds tick_period{100};
constexpr milliseconds append_timeout{700};
constexpr milliseconds soon{3};
constexpr milliseconds longest_patience{10'000}; ///< Of a replica: for an append.

bool is_claim_of_lead(const std::string& bytes) {
  auto r = decode_record(bytes);
  return r && !r->entries.empty() && !r->entries.front().events.empty() &&
         std::holds_alternative<events::leader_claimed>(r->entries.front().events.front());
}

} // namespace

/// An append that the journal has not answered, or the last one that it has.
struct simulated_node::append_on_its_way {
  record_hash hash;
  journal_index index{};
  std::uint64_t log_life = 0;
  bool claims = false;
  bool answered = false;
  bool unknown = false;
};

simulated_node::simulated_node(world& in, std::size_t number, std::string name)
    : in_{in}, number_{number}, name_{std::move(name)}, skew_{
                                                            in.chance.between(milliseconds{-500},
                                                                              milliseconds{500})} {}

void simulated_node::start() {
  if (machine_ || halted_)
    return;
  ++life_;
  in_.trace(name_, "starts");
  boot_ = in_.chance.id<boot_id>();
  draining_ = false;
  stopped_until_ = milliseconds{0};
  standing_ = {};
  applied_ = {};
  replica_config config{the_log, name_, boot_, true, {}, in_.chance.bits()};
  for (const auto& node : in_.nodes())
    config.schedulers.push_back(node->name());
  config.peers_beat = in_.nodes().size() > 1;
  config.snapshot_after_bytes = in_.snapshot_after_bytes();
  machine_ = std::make_unique<replica>(std::move(config), store_.rows());
  if (auto mark = store_.rows().get(family::meta, keys::unfinished(the_log)); mark && *mark)
    in_.note(situation::rows_left_unfinished);
  carry_out(machine_->start(ticks(), wall()));
  if (!machine_)
    return;
  applied_ = standing_.index;
  if (number(standing_.index) + 20 < number(in_.log.last()))
    in_.note(situation::catch_up_from_afar);
  plan_tick();
  in_.on_started(number_);
}

void simulated_node::kill(bool power_too) {
  if (!machine_)
    return;
  ++life_;
  in_.trace(name_, power_too ? "loses power" : "is killed");
  machine_.reset();
  mailbox_.clear();
  stopped_until_ = milliseconds{0};
  callers_.clear();
  next_tailed_ = 0;
  if (appending_ && !appending_->answered)
    in_.on_died_mid_append(name_);
  appending_.reset();
  if (!power_too || store_.unsynced() == 0)
    return;
  in_.note(situation::power_lost_with_unsynced_writes);
  store_.lose_power(in_.chance.below(store_.unsynced() + 1));
}

void simulated_node::stop_for(milliseconds pause) {
  if (!machine_)
    return;
  stopped_until_ = in_.time.now() + pause;
  in_.trace(name_, "is stopped for " + std::to_string(pause.count()) + " ms");
  if (pause > longest_patience)
    in_.note(situation::process_stopped_long);
  later(pause, [this] { wake(); });
}

void simulated_node::wake() {
  while (machine_ && awake() && !mailbox_.empty()) {
    auto waiting = std::move(mailbox_.front());
    mailbox_.pop_front();
    waiting();
  }
}

void simulated_node::lose_disk() {
  in_.trace(name_, "loses its disk");
  disk_was_lost_ = true;
  store_.lose_everything();
}

void simulated_node::set_clock(milliseconds ahead) {
  in_.trace(name_, "has a clock " + std::to_string(ahead.count()) + " ms ahead");
  skew_ = ahead;
}

void simulated_node::heal() {
  stopped_until_ = milliseconds{0};
  wake();
  if (draining_)
    kill(false);
}

void simulated_node::drain() {
  if (!machine_)
    return;
  draining_ = true;
  in_.trace(name_, "drains");
  when_awake([this] { step(replica_input::drain{}); });
}

void simulated_node::ask(command wish, answered done) {
  if (!machine_)
    return;
  when_awake([this, wish = std::move(wish), done = std::move(done)] {
    const auto kept = store_.rows().get(family::commands, keys::command(the_log, wish.id));
    auto caller = open([this, done, is_kept = kept && *kept](const result<answer>& told) {
      if (is_kept && told)
        in_.note(situation::repeat_answered);
      done(told);
    });
    step(replica_input::wishes{ticks(), wall(), {{caller, wish}}});
  });
}

void simulated_node::ask_claim(command wish, milliseconds patience, answered done) {
  if (!machine_)
    return;
  when_awake([this, wish = std::move(wish), patience, done = std::move(done)] {
    step(replica_input::claim_wish{ticks(), wall(), open(done), wish, ticks() + patience});
  });
}

void simulated_node::ask_barrier(answered done) {
  if (!machine_)
    return;
  when_awake([this, done = std::move(done)] {
    step(replica_input::barrier_wish{ticks(), wall(), open(done)});
  });
}

ticket simulated_node::open(answered done) {
  const ticket caller{++tickets_};
  callers_.emplace(caller, std::move(done));
  return caller;
}

void simulated_node::hear(const replica_input::peer& beat) {
  if (machine_)
    when_awake([this, beat] { step(beat); });
}

bool simulated_node::awake() const {
  return in_.time.now() >= stopped_until_;
}

void simulated_node::when_awake(std::function<void()> action) {
  if (awake())
    action();
  else
    mailbox_.push_back(std::move(action));
}

void simulated_node::tell(replica_message message) {
  when_awake([this, message = std::move(message)] { step(message); });
}

void simulated_node::step(replica_message message) {
  if (machine_ && !halted_)
    carry_out(machine_->step(std::move(message)));
}

/// Does what the replica wants, unless the process dies before the next thing.
void simulated_node::carry_out(replica_effects effects) {
  auto first = true;
  for (auto& effect : effects) {
    if (!first && in_.stormy() && in_.chance.chance(0.15)) {
      in_.note(situation::crashed_between_effects);
      kill(false);
      in_.restart_later(number_);
    }
    if (!machine_ || halted_)
      return;
    first = false;
    std::visit([this](auto& e) { carry_out(e); }, effect);
  }
}

void simulated_node::carry_out(replica_effect::append& e) {
  in_.trace(name_, "appends after " + std::to_string(number(e.expected)));
  auto before = std::exchange(appending_, std::make_shared<append_on_its_way>());
  appending_->hash = e.hash;
  appending_->index = next(e.expected);
  appending_->log_life = in_.log_life();
  appending_->claims = is_claim_of_lead(e.bytes);
  if (appending_->index <= standing_.index)
    in_.note(situation::tail_appended_again);
  if (before && before->hash == e.hash && before->log_life != in_.log_life())
    in_.note(situation::in_flight_survived_loss);
  if (before && !before->answered)
    in_.fail(name_ + " appends while an append is in flight");
  later(append_timeout, [this, a = appending_] { time_out(a); });
  static constexpr traffic appends{1.5, 2, 1, soon, milliseconds{4'000}};
  // What is on its way arrives even when its sender has died, but not at a server that has.
  in_.send(
      appends, number_, in_.ways.journal(),
      [this, a = appending_, e = std::move(e), life = life_](std::size_t) { arrive(a, e, life); });
}

void simulated_node::arrive(const std::shared_ptr<append_on_its_way>& a, const append_record& e,
                            std::uint64_t life) {
  if (in_.log_life() != a->log_life)
    return;
  auto outcome = in_.log.append(e);
  const auto* taken = std::get_if<append_taken>(&outcome);
  if (taken && !taken->duplicate)
    in_.on_log_grown();
  if (taken && taken->duplicate)
    in_.note(situation::duplicate_append_recognised);
  if (!taken && a->answered)
    in_.note(situation::late_append_refused);
  if (life != life_ || (in_.stormy() && in_.chance.chance(1.5)))
    return;
  later(in_.chance.between(milliseconds{0}, soon), [this, a, outcome] {
    if (!a->answered && is_reached_by_journal()) {
      a->answered = true;
      tell(outcome);
    }
  });
}

void simulated_node::time_out(const std::shared_ptr<append_on_its_way>& a) {
  if (std::exchange(a->answered, true))
    return;
  a->unknown = true;
  tell(append_unknown{"no ack"});
}

void simulated_node::carry_out(replica_effect::read& e) {
  in_.trace(name_, "reads " + std::to_string(number(e.index)));
  later(in_.chance.between(milliseconds{0}, soon), [this, index = e.index] {
    if (!reaches_journal() || !is_reached_by_journal() || (in_.stormy() && in_.chance.chance(1.5)))
      return tell(record_read{index, std::nullopt, true});
    auto bytes = in_.log.read(index);
    note_fate(index, bytes);
    later(in_.chance.between(milliseconds{0}, soon), [this, index, bytes] {
      tell(record_read{index, bytes, false});
    });
  });
}

void simulated_node::note_fate(journal_index index, const std::optional<std::string>& bytes) {
  if (!appending_ || appending_->index != index)
    return;
  auto ours = bytes && trailing_hash(*bytes) == appending_->hash;
  if (bytes && !ours)
    in_.note(appending_->claims ? situation::claim_race_lost : situation::deposed_leader_stopped);
  if (appending_->unknown)
    in_.note(ours ? situation::lost_ack_found_taken : situation::lost_ack_found_absent);
}

void simulated_node::carry_out(replica_effect::look&) {
  in_.trace(name_, "looks");
  later(in_.chance.between(milliseconds{0}, soon), [this] {
    auto seen = in_.log.look();
    if (!reaches_journal() || !is_reached_by_journal() || (in_.stormy() && in_.chance.chance(1.5)))
      seen.failure = error{errc::unavailable, "it does not answer"};
    else if (in_.stormy() && seen.last > seen.first && in_.chance.chance(1.5))
      seen.last = journal_index{number(seen.last) - 1}; // Its server leads since a moment ago.
    tell(seen);
  });
}

void simulated_node::carry_out(replica_effect::tail& e) {
  in_.trace(name_, "tails from " + std::to_string(number(e.from)));
  next_tailed_ = std::min(number(e.from), number(in_.log.last()) + 1);
  plan_tail();
}

void simulated_node::carry_out(replica_effect::stop_tail&) {
  next_tailed_ = 0;
}

void simulated_node::carry_out(replica_effect::write& e) {
  in_.trace(name_, "applies " + std::to_string(number(e.index)));
  in_.on_applying(*this, e);
  store_.write(e.delta);
  applied_ = e.index;
  in_.on_applied(*this);
}

void simulated_node::carry_out(replica_effect::reply& e) {
  auto caller = callers_.extract(e.caller);
  if (caller.empty())
    return in_.fail(name_ + " answers somebody twice");
  caller.mapped()(std::move(e.outcome));
}

void simulated_node::carry_out(replica_effect::standing& e) {
  if (e.leads != standing_.leads || e.why_not != standing_.why_not || e.epoch != standing_.epoch)
    in_.trace(name_, (e.leads ? "leads " : "follows ") + std::to_string(number(e.epoch)) + " at " +
                         std::to_string(number(e.index)) + ": " + e.why_not);
  auto led = std::exchange(standing_, std::move(e)).leads;
  if (standing_.caught_up && standing_.index == in_.log.last() && number(standing_.index) > 0 &&
      std::exchange(disk_was_lost_, false))
    in_.note(situation::store_lost_and_caught_up);
  in_.on_standing(*this, led, draining_);
}

void simulated_node::carry_out(replica_effect::halt& e) {
  in_.trace(name_, "halts: " + e.reason);
  halted_ = true;
  in_.on_halt(*this, e.reason);
}

void simulated_node::plan_tick() {
  later(tick_period, [this] {
    if (awake())
      step(replica_input::tick{ticks(), wall()});
    plan_tick();
  });
}

void simulated_node::on_log_grown() {
  if (machine_)
    plan_tail();
}

void simulated_node::on_log_damaged() {
  next_tailed_ = std::min(next_tailed_, number(in_.log.last()) + 1);
}

void simulated_node::plan_tail() {
  if (next_tailed_ == 0 || next_tailed_ > number(in_.log.last()) ||
      std::exchange(tail_planned_, true))
    return;
  auto slow = in_.stormy() && in_.chance.chance(1);
  // Not bound to a life: the next one tails too.
  in_.time.in(in_.chance.between(milliseconds{0}, slow ? milliseconds{300} : soon), [this] {
    tail_planned_ = false;
    tail_one();
  });
}

void simulated_node::tail_one() {
  if (!machine_ || next_tailed_ == 0)
    return;
  if (!is_reached_by_journal()) {
    tail_planned_ = true;
    in_.time.in(tick_period, [this] {
      tail_planned_ = false;
      plan_tail();
    });
    return;
  }
  next_tailed_ = std::max(next_tailed_, number(in_.log.first())); // What lies below was trimmed.
  if (auto bytes = in_.log.read(journal_index{next_tailed_}))
    tell(record_tailed{journal_index{next_tailed_++}, std::move(*bytes)});
  plan_tail();
}

bool simulated_node::reaches_journal() {
  return in_.reaches(number_, in_.ways.journal());
}

bool simulated_node::is_reached_by_journal() {
  return in_.reaches(in_.ways.journal(), number_);
}

void simulated_node::later(milliseconds delay, std::function<void()> action) {
  in_.time.in(delay, [this, life = life_, action = std::move(action)] {
    if (life == life_ && machine_)
      action();
  });
}

monotonic simulated_node::ticks() const {
  return monotonic{} + in_.time.now() + milliseconds{1'000'000};
}

timestamp simulated_node::wall() const {
  return in_.wall() + skew_;
}

} // namespace dure::simulation
