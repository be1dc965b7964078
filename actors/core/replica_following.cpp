#include "actors/core/replica_machine.hpp"
#include "actors/core/replica_words.hpp"

#include <utility>

namespace dure {

namespace {

/// Records that were given up may have begun epochs that nobody alive knows, and a lease of one of
/// them must not fit one that is granted later. More leaders than this do not follow each other
/// while all others are cut off.
constexpr std::uint64_t epochs_skipped = 1'000;

} // namespace

void replica::machine::follow() {
  in = phase::following;
  emit(replica_effect::tail{dure::next(position.index)});
}

void replica::machine::leave_tail() {
  emit(replica_effect::stop_tail{});
}

void replica::machine::hear(record_tailed& t) {
  if (in == phase::seeking)
    return seek_in(t);
  if (in != phase::following)
    return;
  if (t.index <= position.index)
    return compare_known(t);
  if (t.index == dure::next(position.index))
    return apply_tailed(t);
  // A gap: the log may have been cut or trimmed, or its server has lost the record.
  const auto needed = dure::next(position.index);
  missing = {needed, missing.at == needed ? missing.met + 1 : 1};
  leave_tail();
  in = phase::looking;
  ask_look();
}

/// A record came that was applied before: it must be the same.
void replica::machine::compare_known(const record_tailed& t) {
  auto own = read_raw_record(base, config.log, t.index);
  if (!own)
    return halt(own.error());
  if (*own && **own != t.bytes)
    halt(fork_at(config, t.index));
}

void replica::machine::apply_tailed(record_tailed& t) {
  auto r = decode_record(t.bytes);
  if (!r)
    return halt(r.error());
  if (auto broken = breaks_chain(*r, t.index))
    return halt(*broken);
  overlay changes{base};
  std::vector<event> facts;
  for (auto& entry : r->entries) {
    for (auto& e : entry.events) {
      auto applied = ledger::apply(changes, e, {config.log, r->epoch, r->time});
      if (!applied)
        return halt(applied.error());
      facts.push_back(std::move(e));
    }
  }
  if (r->epoch > position.epoch) {
    // Whoever leads has settled what was lost before.
    lost.reset();
    loss_accepted = false;
    accepted_created = stream.created;
    position.epoch = r->epoch;
    position.leader = r->node;
    position.leader_boot = r->boot;
  }
  position.index = t.index;
  position.hash = trailing_hash(t.bytes);
  position.time = r->time;
  position.created = accepted_created;
  position.log_bytes = log_bytes_with(facts, t.bytes.size());
  behind_for = milliseconds{0};
  write_position(changes, config.log, position, std::move(t.bytes));
  emit(replica_effect::write{changes.take(), position.index, position.time, std::move(facts)});
  note_written();
  quiet.restart();
  if (lone() && position.index >= stream.last)
    ask_look();
}

/// Returns why `r`, found at `at`, cannot be the record after the last one applied.
std::optional<error> replica::machine::breaks_chain(const record& r, journal_index at) const {
  auto broken = [&r](const char* how) {
    return error{errc::corrupt,
                 "record " + std::to_string(number(r.index)) + " of the journal " + how};
  };
  if (r.log != config.log || r.index != at)
    return broken("is not where it belongs");
  if (r.previous != position.hash)
    return fork_before(config, r.index);
  if (r.time < position.time || r.epoch < position.epoch)
    return broken("goes back in time");
  if (r.epoch == position.epoch)
    return std::nullopt;
  const auto* first = r.entries.empty() || r.entries.front().events.empty()
                          ? nullptr
                          : &r.entries.front().events.front();
  const auto* claimed = first ? std::get_if<events::leader_claimed>(first) : nullptr;
  if (!claimed || claimed->epoch != r.epoch)
    return broken("begins an epoch without a claim");
  return std::nullopt;
}

/// The node's own beat: it hears others, and whether it leaves.
void replica::machine::hear_itself(const replica_input::peer& p) {
  if (p.boot != config.boot)
    return;
  since_own_beat = milliseconds{0};
  if (!p.leaving || std::exchange(leaving, true) || in != phase::leading)
    return;
  resigning = another_should_lead();
  resign_if_idle();
}

/// A node that was taken for dead speaks: what is left to be ended of its leases may be new ones.
void replica::machine::hear_again(const std::string& node) {
  if (silent_nodes.erase(node) == 0)
    return;
  feedable = true;
  std::erase_if(waiting, [&](const waiting_wish& w) {
    const auto* ended = std::get_if<lose_node>(&w.wish.body);
    if (w.caller || !ended || ended->node != node || ended->except)
      return false;
    waiting_bytes -= w.bytes;
    return true;
  });
}

void replica::machine::hear(replica_input::peer& p) {
  if (in == phase::halted)
    return;
  if (p.node == config.node)
    return hear_itself(p);
  auto heard = peers.hear(p, now);
  if (heard == peer_table::life::ended)
    return;
  auto reborn = heard == peer_table::life::begun;
  hear_again(p.node);
  if (p.leads && p.epoch >= position.epoch) {
    quiet.restart();
    loss_accepted = loss_accepted && lost; // The word must not hold for a later loss.
  }
  if (reborn && (in == phase::leading || out))
    lose_older_lives(p.node, p.boot);
  if (in == phase::leading)
    return;
  if (lost && forked_from(p))
    return;
  if (in != phase::following)
    return;
  if (p.leads && p.created != stream.created)
    ask_look();
  else if (p.leads && p.epoch == position.epoch && lost)
    accept_stream();
  else if (!p.leads && p.epoch == position.epoch && p.node == position.leader)
    quiet.hand_over(first_choice(p.node) == config.node);
}

/// A look at the log while following: does the tail deliver, and is it time to lead?
void replica::machine::reconsider() {
  auto known_loss = lost && lost_in == stream.created && stream.last >= position.index;
  if (stands_on_lost_log() && !known_loss) {
    leave_tail();
    return place();
  }
  if (stream.last == position.index)
    return try_to_lead();
  if (quiet.over())
    emit(replica_effect::tail{dure::next(position.index)});
}

void replica::machine::try_to_lead() {
  const auto time_has_come = lone() || quiet.over();
  const auto gives_up_records = loss_accepted;
  if (config.may_lead && !draining && !leaving && time_has_come && !yields_to_better_clocks() &&
      accept_stream())
    claim_lead(gives_up_records ? epochs_skipped : 1);
}

void replica::machine::claim_lead(std::uint64_t epochs_further) {
  in = phase::claiming;
  next = {};
  building.take();
  const epoch_number epoch{number(position.epoch) + epochs_further};
  open_draft();
  next.head.epoch = epoch;
  add_to_draft({}, config.node, {events::leader_claimed{epoch, config.node, config.boot}});
  lose_older_lives(config.node, config.boot);
  peers.for_each_life(
      [this](const std::string& node, const boot_id& boot) { lose_older_lives(node, boot); });
  if (in != phase::halted)
    launch();
}

} // namespace dure
