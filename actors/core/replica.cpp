#include "actors/core/replica.hpp"

#include "actors/core/replica_machine.hpp"
#include "actors/core/replica_words.hpp"

#include <utility>

namespace dure {

namespace {

constexpr milliseconds look_period{1'000};
constexpr milliseconds look_period_of_a_leader{2'000};
constexpr milliseconds own_beat_patience{1'500}; ///< Three of them.
/// A tail that delivers nothing for so long, while the leader tells of more, is asked for again.
constexpr milliseconds silent_tail_patience{3'000};

} // namespace

replica::replica(replica_config config, const state_reader& base)
    : machine_{std::make_unique<machine>(std::move(config), base)} {}

replica::~replica() = default;

replica_effects replica::start(monotonic ticks, timestamp now) {
  return machine_->start(ticks, now);
}

replica_effects replica::step(replica_message message) {
  return machine_->step(std::move(message));
}

replica::machine::machine(replica_config c, const state_reader& b)
    : config{std::move(c)}, base{b}, schedulers{config.schedulers}, quiet{config.seed} {}

replica_effects replica::machine::start(monotonic at, timestamp wall) {
  ticks = at;
  now = wall;
  quiet.begin(at);
  auto stands = read_standing();
  if (stands) {
    rebuilding = number(position.index) == 0 || rows_unfinished;
    accepted_created = position.created;
    ask_look();
  } else {
    halt(stands.error());
  }
  tell_standing();
  return std::exchange(effects, {});
}

replica_effects replica::machine::step(replica_message message) {
  written = false;
  if (in == phase::leading)
    fill_draft();
  std::visit([this](auto& m) { hear(m); }, message);
  if (in == phase::leading && !out && !written) {
    feed_claims();
    launch();
  }
  tell_standing();
  return std::exchange(effects, {});
}

void replica::machine::hear(replica_input::tick& t) {
  ticks = t.ticks;
  now = t.now;
  auto counted = quiet.tick(ticks);
  auto passed = counted.value_or(milliseconds{0});
  since_own_beat += passed;
  // Who does not hear itself hears nobody: others' silence says nothing.
  if (!counted || since_own_beat > own_beat_patience)
    peers.forgive();
  else
    peers.pass(passed);
  since_look += passed;
  expire_claims();
  if (lost)
    *lost += passed;
  if (out)
    keep_trying(passed);
  if (in == phase::leading) {
    // A leader without work would not notice that another leads, or that the log is gone.
    if (!out && since_look >= look_period_of_a_leader)
      ask_look();
    feedable = feedable || speed.waits_for_time();
    lose_silent_nodes(passed);
    reconsider_leading(passed);
    if (in == phase::leading)
      tend_snapshots(passed);
    return in == phase::leading ? decide_due() : void();
  }
  if (in == phase::following)
    tend_snapshots(passed);
  if (in == phase::seeking)
    keep_seeking(passed);
  if (in == phase::looking || (in == phase::checking && check_failed))
    return ask_look();
  behind_for = in == phase::following && peers.ahead_of(position.index) ? behind_for + passed
                                                                        : milliseconds{0};
  if (behind_for >= silent_tail_patience) {
    behind_for = milliseconds{0};
    emit(replica_effect::tail{dure::next(position.index)});
  }
  auto wants_news = (in == phase::recovering && !putting) || in == phase::seeking ||
                    (in == phase::following && (quiet.over() || lone() || stream.failure));
  if (wants_news && since_look >= look_period)
    ask_look();
}

void replica::machine::hear(replica_input::members& m) {
  schedulers = std::move(m.schedulers);
}

void replica::machine::hear(replica_input::accept_loss&) {
  // What is missing may be known by a peer's word alone; while somebody leads, it is on its way.
  const auto told = in == phase::following && quiet.over() && peers.ahead_of(stream.last);
  loss_accepted = lost || told;
}

void replica::machine::hear(replica_input::drain&) {
  draining = true;
  answer_claims(answer{granted{}});
  resign_if_idle();
}

void replica::machine::hear(journal_message& m) {
  if (in != phase::halted)
    std::visit([this](auto& told_us) { hear(told_us); }, m);
}

void replica::machine::hear(stream_seen& seen) {
  look_asked = false;
  if (seen.failure)
    stream.failure = std::move(seen.failure);
  else
    stream = seen;
  if (out && out->at == flight::stage::looking)
    return inspect_for_flight();
  if (stream.failure)
    return;
  if (in == phase::following)
    reconsider();
  else if (in == phase::leading && !out && (stands_on_lost_log() || stream.last > position.index))
    open_draft(); // An empty record will find out.
  else if (in == phase::seeking ? !begins_too_late() : is_placed_by_look())
    place();
}

void replica::machine::hear(record_read& r) {
  if (in == phase::checking && r.index == common)
    return check_common(r);
  if (putting && putting_read && r.index == *putting)
    return resolve_put_back(r);
  if (out && out->at == flight::stage::reading && r.index == out->after.index)
    resolve(r);
}

void replica::machine::answer_now(ticket caller, result<answer> outcome) {
  emit(replica_effect::reply{caller, std::move(outcome)});
}

void replica::machine::refuse_all(std::vector<replica_effect::reply>& replies, errc code) {
  for (auto& r : replies)
    answer_now(r.caller, error{code, {}});
  replies.clear();
}

void replica::machine::halt(const error& why) {
  if (in == phase::halted)
    return;
  in = phase::halted;
  halt_reason = why.context.empty() ? std::string{to_string(why.code)} : why.context;
  if (out)
    refuse_all(out->replies, errc::unknown_outcome);
  out.reset();
  putting.reset();
  drop_undecided(errc::unavailable);
  emit(replica_effect::halt{why.code, halt_reason});
}

void replica::machine::ask_look() {
  if (look_asked)
    return;
  look_asked = true;
  since_look = milliseconds{0};
  emit(replica_effect::look{});
}

void replica::machine::tell_standing() {
  replica_effect::standing current;
  current.leads = in == phase::leading && !stalled;
  current.caught_up =
      in == phase::leading || (in == phase::following && position.index >= stream.last);
  rebuilding = rebuilding && !current.caught_up;
  current.rebuilding = rebuilding;
  current.epoch = position.epoch;
  current.index = position.index;
  current.hash = position.hash;
  current.created = stream.created;
  current.leader = position.leader;
  current.why_not = why_not();
  if (last_told == current)
    return;
  last_told = current;
  emit(std::move(current));
}

std::string replica::machine::why_not() const {
  if (in == phase::halted)
    return halt_reason;
  if (stalled)
    return "The journal has not taken a record for a while.";
  if (stream.failure)
    return "The journal cannot be used: " + stream.failure->context + ".";
  if (in == phase::leading)
    return {};
  if (lost && !settled())
    return waits_for_tails(config);
  if (in == phase::recovering)
    return "The journal has lost records; appending them again.";
  if (in == phase::seeking)
    return "The journal lacks what this node needs next; looking for a snapshot to start from.";
  if (in == phase::installing)
    return "Starting from a snapshot.";
  if (in == phase::looking || in == phase::checking)
    return "Looking how far the journal goes.";
  if (in == phase::claiming || lone())
    return "About to lead.";
  if (!quiet.over())
    return {};
  if (yields_to_better_clocks())
    return "This node's clock is more than 2 s off the others'; it leaves leading to them.";
  if (const auto* ahead = peers.ahead_of(stream.last))
    return waits_for_records_of(config, ahead->node);
  return "Nobody leads.";
}

/// Nobody else may lead, nor has led last.
bool replica::machine::lone() const {
  return config.may_lead && schedulers.size() == 1 && schedulers.front() == config.node &&
         (position.leader.empty() || position.leader == config.node);
}

} // namespace dure
