#include "actors/core/keys.hpp"
#include "actors/core/ledger_snapshot.hpp"
#include "actors/core/record_codec.hpp"
#include "actors/core/replica_machine.hpp"
#include "actors/core/replica_words.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace dure {

namespace {

constexpr milliseconds retry_period{30'000}; ///< Of what failed, or was asked for in vain.
constexpr milliseconds ask_period_max{3'600'000};
/// So long a leader waits for another node to read its snapshot back before it does so itself.
constexpr milliseconds reader_patience{3'600'000};
constexpr milliseconds fresh_look{2'500};

bool begins_snapshot(const std::vector<event>& events) {
  return std::any_of(events.begin(), events.end(), [](const event& e) {
    return std::holds_alternative<events::snapshot_begun>(e);
  });
}

bool concerns_snapshots(const event& e) {
  return std::holds_alternative<events::snapshot_taken>(e) ||
         std::holds_alternative<events::snapshot_verified>(e);
}

} // namespace

/// Returns how many bytes the log has had since a snapshot was begun, with one more record.
std::uint64_t replica::machine::log_bytes_with(const std::vector<event>& events,
                                               std::size_t bytes) const {
  return begins_snapshot(events) ? 0 : position.log_bytes + bytes;
}

/// A record was just emitted to be written.
void replica::machine::note_written() {
  written = true;
  const auto& events = std::get<replica_effect::write>(effects.back()).events;
  snapshots.stale =
      snapshots.stale || std::any_of(events.begin(), events.end(), concerns_snapshots);
  if (!begins_snapshot(events))
    return;
  snapshots.wished = false;
  if (!config.may_lead || snapshots.freezing)
    return;
  snapshots.freezing = position.index;
  snapshots.frozen_hash = position.hash;
  emit(replica_effect::freeze{position, in == phase::leading});
}

void replica::machine::hear(snapshot_message& m) {
  if (in != phase::halted)
    std::visit([this](auto& told_us) { hear(told_us); }, m);
}

void replica::machine::hear(state_frozen& f) {
  if (snapshots.freezing != f.index)
    return;
  snapshots.freezing.reset();
  snapshots.frozen = {f.index, f.digest};
  if (!f.blob)
    return;
  snapshots.offered = {f.index, snapshots.frozen_hash, std::move(*f.blob), f.digest};
  snapshots.since_offer = milliseconds{0};
  emit(replica_effect::ask{offer_snapshot{*snapshots.offered}});
}

void replica::machine::hear(freeze_failed& f) {
  if (snapshots.freezing != f.index)
    return;
  snapshots.freezing.reset();
  snapshots.export_failed = milliseconds{0};
}

void replica::machine::hear(snapshot_checked& c) {
  if (snapshots.checking != c.index)
    return;
  snapshots.checking.reset();
  snapshots.checked = c.index;
  snapshots.since_check = milliseconds{0};
  if (c.digest)
    emit(replica_effect::ask{confirm_snapshot{c.index, *c.digest}});
}

void replica::machine::hear(snapshot_installed& i) {
  if (in != phase::installing)
    return;
  auto stands = read_standing();
  if (!stands)
    return halt(stands.error());
  if (!i.done) {
    in = phase::seeking;
    emit(replica_effect::tail{dure::next(snapshots.sought)});
    return;
  }
  accepted_created = {};
  snapshots = {};
  missing = {};
  in = phase::looking;
  ask_look();
}

/// Reads where the store stands; between the rows of two states it stands nowhere.
result<void> replica::machine::read_standing() {
  auto stands = read_position(base, config.log);
  if (!stands)
    return stands.error();
  auto unfinished = base.get(family::meta, keys::unfinished(config.log));
  if (!unfinished)
    return unfinished.error();
  position = std::move(*stands);
  rows_unfinished = unfinished->has_value();
  return {};
}

/// What time alone requires of snapshots.
void replica::machine::tend_snapshots(milliseconds passed) {
  snapshots.since_check += passed;
  snapshots.since_trim += passed;
  snapshots.newest_for += passed;
  if (snapshots.export_failed)
    *snapshots.export_failed += passed;
  if (snapshots.stale) {
    auto row = snapshots_of(base, config.log);
    if (!row)
      return halt(row.error());
    snapshots.kept = std::move(row->kept);
    snapshots.stale = false;
    snapshots.newest_for = milliseconds{0};
  }
  compare_frozen();
  if (in == phase::halted)
    return;
  offer_again(passed);
  trim();
  check_newest();
  if (in == phase::leading)
    begin_snapshot_if_due();
}

/// An offer may get lost while the leader changes.
void replica::machine::offer_again(milliseconds passed) {
  if (!snapshots.offered)
    return;
  if (!snapshots.kept.empty() && snapshots.kept.back().of.index >= snapshots.offered->index)
    return snapshots.offered.reset();
  snapshots.since_offer += passed;
  if (snapshots.since_offer < retry_period)
    return;
  snapshots.since_offer = milliseconds{0};
  emit(replica_effect::ask{offer_snapshot{*snapshots.offered}});
}

/// The leader's snapshot of an index and this node's state there must be the same.
void replica::machine::compare_frozen() {
  if (snapshots.kept.empty())
    return;
  const auto& newest = snapshots.kept.back().of;
  if (newest.index == snapshots.frozen.index && newest.digest != snapshots.frozen.digest)
    halt(states_differ(config, newest.index));
}

void replica::machine::trim() {
  const auto point = trim_point({snapshots.kept});
  if (!point)
    return;
  const auto is_news = *point > snapshots.trimmed;
  if (is_news) {
    snapshots.trimmed = *point;
    emit(replica_effect::trim_tail{*point});
  }
  // A deletion may come back when servers die: it is looked for again now and then.
  const auto again = stream.first < *point && snapshots.since_trim >= retry_period;
  if (again && !is_news && since_look > fresh_look)
    return ask_look();
  if (in == phase::leading && !lost && (is_news || again)) {
    snapshots.since_trim = milliseconds{0};
    emit(replica_effect::start_log_at{*point});
  }
}

void replica::machine::check_newest() {
  if (snapshots.kept.empty() || !config.may_lead || snapshots.checking)
    return;
  const auto& newest = snapshots.kept.back();
  const auto soon = snapshots.checked != newest.of.index || snapshots.since_check >= retry_period;
  if (newest.verified || !soon || (in == phase::leading && is_read_by_others()))
    return;
  snapshots.checking = newest.of.index;
  emit(replica_effect::check_snapshot{newest.of});
}

/// A leader that reads its own snapshot back proves little: others, where there are any, do so. One
/// that disagrees halts and is silent, so silence is no consent for long.
bool replica::machine::is_read_by_others() const {
  return schedulers.size() > 1 && snapshots.newest_for < reader_patience;
}

void replica::machine::begin_snapshot_if_due() {
  const auto last = snapshots.kept.empty() ? 0 : snapshots.kept.back().of.blob.bytes;
  const auto failed = snapshots.export_failed && *snapshots.export_failed >= retry_period;
  const auto grown = position.log_bytes >= std::max(config.snapshot_after_bytes, last);
  if (snapshots.wished || snapshots.freezing || stalled || draining || (!grown && !failed))
    return;
  snapshots.wished = true;
  snapshots.export_failed.reset();
  enqueue({std::nullopt, {{}, config.node, begin_snapshot{}}, 0});
}

/// The log begins after the record that is needed next: it tells of a snapshot to start from.
void replica::machine::seek_snapshot() {
  if (out)
    give_up_flight();
  in = phase::seeking;
  const auto patience = snapshots.ask_period;
  snapshots = {};
  snapshots.ask_period = patience;
  snapshots.sought = journal_index{number(stream.first) - 1};
  emit(replica_effect::tail{stream.first});
}

void replica::machine::seek_in(record_tailed& t) {
  auto r = decode_record(t.bytes);
  if (!r)
    return halt(r.error());
  snapshots.sought = t.index;
  if (t.index == dure::next(position.index) && !rows_unfinished) {
    // The log has it after all: another server leads the stream.
    missing = {};
    leave_tail();
    return place();
  }
  for (const auto& entry : r->entries)
    for (const auto& e : entry.events) {
      const auto* taken = std::get_if<events::snapshot_taken>(&e);
      // It must help, and the records after it must be there.
      if (!taken || taken->made.index <= position.index ||
          dure::next(taken->made.index) < stream.first)
        continue;
      leave_tail();
      return install(taken->made);
    }
}

void replica::machine::install(std::optional<snapshot> from) {
  in = phase::installing;
  rebuilding = true;
  emit(replica_effect::install_snapshot{std::move(from)});
}

/// Nothing that could be read was found for long: looks again, and asks for a new one.
void replica::machine::keep_seeking(milliseconds passed) {
  snapshots.since_check += passed;
  if (snapshots.sought < stream.last || snapshots.since_check < snapshots.ask_period)
    return;
  // A node that can read none must not have the leader make one after the other.
  snapshots.ask_period = std::min(2 * snapshots.ask_period, ask_period_max);
  seek_snapshot();
  emit(replica_effect::ask{begin_snapshot{}});
}

} // namespace dure
