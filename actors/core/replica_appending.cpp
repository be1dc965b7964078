#include "actors/core/keys.hpp"
#include "actors/core/replica_machine.hpp"

#include <utility>

namespace dure {

namespace {

constexpr milliseconds patience_for_an_append{10'000};
/// How long workers get to report what ended while nothing was taken.
constexpr milliseconds patience_for_late_reports{5'000};

} // namespace

/// Closes the draft and appends it; nothing else may be in flight.
void replica::machine::launch() {
  if (!next.open)
    return;
  if (next.entries.empty()) {
    // Somebody is answered without an event: the answer still needs the proof that we lead.
    next.entries.add({}, config.node, {events::barrier{}});
    next.events.emplace_back(events::barrier{});
  }
  flight f;
  f.claims = in == phase::claiming;
  auto closed = next.entries.finish(next.head);
  f.after = {next.head.index, closed.hash,
             next.head.time,  accepted_created,
             next.head.epoch, config.node,
             config.boot,     log_bytes_with(next.events, closed.bytes.size())};
  f.events = std::move(next.events);
  f.replies = std::move(next.replies);
  write_position(building, config.log, f.after, std::move(closed.bytes));
  flying.adopt(building.take());
  next = {};
  out = std::move(f);
  send();
}

void replica::machine::send() {
  const auto& after = out->after;
  const auto& rows = flying.delta().of(family::tail);
  out->at = flight::stage::asked;
  out->refused = false;
  emit(replica_effect::append{position.index, after.hash,
                              *rows.at(keys::tail(config.log, after.index))});
}

void replica::machine::hear(append_taken& t) {
  if (putting && !putting_read)
    return put_back_taken(t.index);
  if (!out || out->at != flight::stage::asked)
    return;
  if (t.index == out->after.index)
    land();
  else
    read_fate();
}

void replica::machine::hear(append_refused&) {
  if (putting && !putting_read)
    return put_back_unclear();
  if (!out || out->at != flight::stage::asked)
    return;
  out->refused = true;
  read_fate();
}

void replica::machine::hear(append_unknown&) {
  if (putting && !putting_read)
    return put_back_unclear();
  if (out && out->at == flight::stage::asked)
    read_fate();
}

void replica::machine::read_fate() {
  out->at = flight::stage::reading;
  emit(replica_effect::read{out->after.index});
}

void replica::machine::resolve(record_read& r) {
  if (r.failed) {
    out->at = flight::stage::resting;
    return;
  }
  if (!r.bytes) {
    if (!out->refused)
      return send_again();
    out->at = flight::stage::looking;
    return ask_look();
  }
  auto hash = hash_of(*r.bytes);
  if (!hash)
    halt(hash.error());
  else if (*hash == out->after.hash)
    land();
  else
    meet_other(*r.bytes);
}

/// Another record is where ours was to be: somebody leads after us, or the log has forked.
void replica::machine::meet_other(const std::string& bytes) {
  auto other = decode_record(bytes);
  if (!other)
    return halt(other.error());
  if (auto broken = breaks_chain(*other, out->after.index))
    return halt(*broken);
  // A claim may meet the last records of the leader it was to follow.
  if (!out->claims && other->epoch <= position.epoch)
    return halt({errc::corrupt, "another record of our own epoch is in the journal"});
  step_down();
}

/// The log was looked at because our append was refused though its place is free.
void replica::machine::inspect_for_flight() {
  if (stream.failure) {
    out->at = flight::stage::resting;
    return;
  }
  if (stands_on_lost_log()) {
    out->at = flight::stage::parked;
    return place();
  }
  if (stream.first > out->after.index)
    return leave_behind();
  if (stream.last == position.index)
    return send_again();
  read_fate();
}

/// Others have led for so long that the place of our record was trimmed away.
void replica::machine::leave_behind() {
  give_up_flight();
  place();
}

bool replica::machine::stands_on_lost_log() const {
  return stream.last < position.index || stream.created != accepted_created;
}

/// Appends the same bytes again: at once the first time, later after a rest.
void replica::machine::send_again() {
  if (!std::exchange(out->rested, false)) {
    out->at = flight::stage::resting;
    return;
  }
  send();
}

void replica::machine::keep_trying(milliseconds passed) {
  out->tried += passed;
  if (out->at == flight::stage::resting) {
    out->rested = true;
    out->refused = false;
    read_fate();
  }
  if (out->tried >= patience_for_an_append && !stalled)
    give_up_waiting();
}

/// Nobody is kept waiting longer, but what is in flight is still resolved.
void replica::machine::give_up_waiting() {
  stalled = true;
  refuse_all(out->replies, errc::unknown_outcome);
  drop_undecided(errc::unavailable);
}

/// The record in flight was taken: it becomes state, and its callers hear.
void replica::machine::land() {
  if (in == phase::leading)
    feed_claims();
  else
    leave_tail();
  if (in == phase::halted)
    return;
  auto landed = std::move(*out);
  out.reset();
  if (landed.claims)
    begin_pace();
  position = std::move(landed.after);
  if (stalled || in != phase::leading)
    overdue_from = ticks + patience_for_late_reports;
  stalled = false;
  in = phase::leading;
  auto delta = flying.take();
  resigning = resigning && another_should_lead();
  const auto ends = draining || resigning;
  if (!ends)
    launch();
  emit(replica_effect::write{std::move(delta), position.index, position.time,
                             std::move(landed.events)});
  note_written();
  for (auto& r : landed.replies)
    emit(std::move(r));
  if (!ends)
    return;
  // Whoever has more to say repeats it to the next leader.
  drop_everything();
  resign_if_idle();
}

/// Somebody else leads now. What was in flight may come back by the tail; the rest never was.
void replica::machine::step_down() {
  give_up_flight();
  follow();
}

void replica::machine::give_up_flight() {
  refuse_all(out->replies, errc::unknown_outcome);
  out.reset();
  flying.take();
  stalled = false;
  drop_everything();
  quiet.restart();
}

/// Forgets what was decided or is waiting but was never appended. The replica's own wishes stay.
void replica::machine::drop_undecided(errc code) {
  refuse_all(next.replies, code);
  next = {};
  building.take();
  silent_nodes.clear(); // What was to end their leases may be among it.
  snapshots.wished = false;
  for (auto left = waiting.size(); left > 0; --left) {
    auto w = take_first();
    if (w.caller)
      answer_now(*w.caller, error{code, {}});
    else
      put_last(std::move(w));
  }
  answer_claims(error{code, {}});
}

/// Leads no more: what was not appended never was, its own wishes neither.
void replica::machine::drop_everything() {
  drop_undecided(errc::not_leader);
  for (; !waiting.empty(); take_first()) {
  }
}

void replica::machine::resign_if_idle() {
  if (!(draining || resigning) || in != phase::leading || out || next.open || !waiting.empty())
    return;
  resigning = false;
  answer_claims(error{errc::not_leader, {}});
  quiet.restart();
  follow();
}

} // namespace dure
