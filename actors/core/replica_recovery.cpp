#include "actors/core/replica_machine.hpp"
#include "actors/core/replica_words.hpp"

#include <algorithm>
#include <utility>

namespace dure {

namespace {

/// How long the node that led last waits to hear of a later leader before it mends the log alone.
constexpr milliseconds grace_of_the_last_leader{3'000};
/// A server that has lost a record to damage leaves it out; a trimmed log looks so for a moment.
constexpr int gaps_to_believe = 3;
constexpr milliseconds living_silence{5'000}; ///< Who has been silent for longer is not waited for.

} // namespace

/// Finds where the log, as just looked at, stands to the store.
void replica::machine::place() {
  if (rows_unfinished && number(stream.first) <= 1)
    return install(std::nullopt);
  if (begins_too_late())
    return seek_snapshot();
  if (accepted_created == timestamp{})
    accepted_created = stream.created;
  if (stream.last < position.index || stream.created != accepted_created)
    note_loss();
  common = std::min(stream.last, position.index);
  if (number(common) == 0 || common < stream.first)
    return proceed();
  in = phase::checking;
  check_failed = false;
  emit(replica_effect::read{common});
}

/// Returns whether the record that this store needs next was trimmed away, or is missing for good.
bool replica::machine::begins_too_late() const {
  const auto needed = dure::next(position.index);
  return stream.first > needed || (missing.at == needed && missing.met >= gaps_to_believe);
}

/// Returns whether a look at the log says where to go on from here.
bool replica::machine::is_placed_by_look() const {
  return in != phase::leading && in != phase::claiming && in != phase::installing && !putting;
}

void replica::machine::note_loss() {
  if (lost && lost_in == stream.created)
    return;
  lost = milliseconds{0};
  lost_in = stream.created;
  peers.forget_reports();
}

void replica::machine::check_common(record_read& r) {
  if (!r.failed && !r.bytes)
    return check_above();
  check_failed = r.failed;
  if (check_failed)
    return; // The next tick looks again.
  checks_absent = 0;
  auto there = hash_of(*r.bytes);
  if (!there)
    return halt(there.error());
  auto own = read_raw_record(base, config.log, common);
  if (!own)
    return halt(own.error());
  if (*own && trailing_hash(**own) != *there)
    return halt(fork_at(config, common));
  proceed();
}

/// A copy of the log that has lost the record to damage may lead for good. A later record tells as
/// much: each continues the one before it, which is looked at when it is followed.
void replica::machine::check_above() {
  check_failed = common == stream.last || ++checks_absent < gaps_to_believe;
  if (check_failed)
    return; // The next tick looks again.
  checks_absent = 0;
  proceed();
}

/// The log agrees with the store as far as it goes.
void replica::machine::proceed() {
  if (stream.last < position.index)
    return recover();
  // A server that has just begun to lead the stream may not show all of it at first. Whoever
  // appends lost records again has heard that nobody has more.
  if (stream.created == accepted_created)
    lost.reset();
  if (out && loss_accepted)
    give_up_flight(); // Later epochs than its own may have been given up: leading begins anew.
  if (out)
    return resume();
  follow();
  if (stream.last == position.index)
    try_to_lead();
}

/// Appends what the log lost again, once it is known that nobody can have more.
void replica::machine::recover() {
  in = phase::recovering;
  if (!settled())
    return;
  putting = dure::next(stream.last);
  put_back();
}

/// The log is whole again; what was in flight when the loss was met goes on.
void replica::machine::resume() {
  if (!accept_stream()) {
    in = phase::recovering;
    return;
  }
  in = out->claims ? phase::claiming : phase::leading;
  out->refused = false;
  out->rested = true;
  read_fate();
}

bool replica::machine::settled() const {
  if (!lost || lone() || loss_accepted)
    return true;
  auto has_told = [this](const std::string& node) {
    return node == config.node || peers.has_reported(node, stream.created);
  };
  if (!schedulers.empty() && std::all_of(schedulers.begin(), schedulers.end(), has_told))
    return true;
  return !position.leader.empty() && has_told(position.leader) && *lost >= grace_of_the_last_leader;
}

/// Returns whether the log may be led: nothing that anybody has told of is missing in it.
bool replica::machine::accept_stream() {
  const auto* ahead =
      loss_accepted ? peers.ahead_within(stream.last, living_silence) : peers.ahead_of(stream.last);
  auto only_ours = ahead && out && ahead->hash == out->after.hash;
  if (!settled() || (ahead && !only_ours))
    return false;
  lost.reset();
  loss_accepted = false;
  accepted_created = stream.created;
  return true;
}

void replica::machine::put_back() {
  auto raw = read_raw_record(base, config.log, *putting);
  if (!raw)
    return halt(raw.error());
  if (!*raw) {
    auto kept = first_raw_record(base, config.log, *putting);
    return kept ? move_log(kept->value_or(dure::next(position.index))) : halt(kept.error());
  }
  putting_read = false;
  auto hash = trailing_hash(**raw);
  emit(replica_effect::append{journal_index{number(*putting) - 1}, hash, std::move(**raw)});
}

/// What is below `first` is in no tail any more, but in a snapshot: the log goes on above it.
void replica::machine::move_log(journal_index first) {
  const auto lacking = *std::exchange(putting, std::nullopt);
  if (first <= lacking)
    return halt({errc::corrupt, "a record is missing in the middle of this node's tail"});
  emit(replica_effect::start_log_at{first});
}

void replica::machine::put_back_taken(journal_index index) {
  if (index != *putting)
    return put_back_unclear();
  putting = dure::next(*putting);
  if (*putting <= position.index)
    return put_back();
  putting.reset();
  in = phase::looking;
  ask_look();
}

void replica::machine::put_back_unclear() {
  putting_read = true;
  emit(replica_effect::read{*putting});
}

/// An append of an old record was not clearly taken. Another replica may have been faster.
void replica::machine::resolve_put_back(record_read& r) {
  if (r.failed || !r.bytes) {
    putting.reset(); // The next look says where to go on.
    return;
  }
  auto there = hash_of(*r.bytes);
  auto own = read_raw_record(base, config.log, *putting);
  if (!there)
    return halt(there.error());
  if (!own)
    return halt(own.error());
  if (!*own || trailing_hash(**own) != *there)
    return halt(fork_at(config, *putting));
  put_back_taken(*putting);
}

/// While the log has lost records, tails are all there is: two that differ are for a person.
bool replica::machine::forked_from(const replica_input::peer& p) {
  if (number(p.index) == 0 || p.index > position.index)
    return false;
  auto own = read_raw_record(base, config.log, p.index);
  if (!own)
    halt(own.error());
  else if (!*own && p.leads && p.created == stream.created)
    halt(fork_at(config, p.index)); // What this node has began above it, in another log.
  else if (*own && trailing_hash(**own) != p.hash)
    halt(tails_differ(config, p.index, p.node));
  return in == phase::halted;
}

} // namespace dure
