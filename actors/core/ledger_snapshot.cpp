#include "actors/core/ledger_snapshot.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/ledger_decide.hpp"
#include "actors/core/lookup.hpp"

#include <algorithm>
#include <utility>

namespace dure {

std::optional<journal_index> trim_point(const snapshot_row& row) {
  const auto older =
      std::find_if(row.kept.begin(), row.kept.end(), [](const auto& s) { return s.verified; });
  const auto verified =
      std::count_if(row.kept.begin(), row.kept.end(), [](const auto& s) { return s.verified; });
  if (static_cast<std::size_t>(verified) < verified_snapshots_max)
    return std::nullopt;
  return older->of.index;
}

result<snapshot_row> snapshots_of(const state_reader& state, log_number log) {
  return row_or_empty<snapshot_row>(state, family::logs, keys::snapshots(log));
}

namespace ledger {

result<decision> decide_on(const state_reader&, const begin_snapshot&, const context&) {
  return one_event(events::snapshot_begun{});
}

result<decision> decide_on(const state_reader& state, const offer_snapshot& c, const context& at) {
  auto row = snapshots_of(state, at.log);
  if (!row)
    return row.error();
  // Another node may have offered one that was begun later.
  if (!row->kept.empty() && row->kept.back().of.index >= c.made.index)
    return no_event();
  return one_event(events::snapshot_taken{c.made});
}

result<decision> decide_on(const state_reader& state, const confirm_snapshot& c,
                           const context& at) {
  auto row = snapshots_of(state, at.log);
  if (!row)
    return row.error();
  const auto open = std::any_of(row->kept.begin(), row->kept.end(), [&c](const auto& s) {
    return s.of.index == c.index && s.of.digest == c.digest && !s.verified;
  });
  return open ? one_event(events::snapshot_verified{c.index}) : no_event();
}

namespace {

template <class Change> result<void> change_row(overlay& state, log_number log, Change&& change) {
  auto row = snapshots_of(state, log);
  if (!row)
    return row.error();
  change(row->kept);
  state.put(family::logs, keys::snapshots(log), encode(*row));
  return {};
}

} // namespace

/// What replicas do about it (freeze their state) is no part of the state.
result<void> apply_one(overlay&, const events::snapshot_begun&, const context&) {
  return {};
}

result<void> apply_one(overlay& state, const events::snapshot_taken& e, const context& at) {
  return change_row(state, at.log, [&e](std::vector<kept_snapshot>& kept) {
    std::erase_if(kept, [](const kept_snapshot& s) { return !s.verified; });
    kept.push_back({e.made, false});
  });
}

result<void> apply_one(overlay& state, const events::snapshot_verified& e, const context& at) {
  return change_row(state, at.log, [&e](std::vector<kept_snapshot>& kept) {
    std::size_t verified = 0;
    for (auto& s : kept) {
      s.verified = s.verified || s.of.index == e.index;
      verified += s.verified ? 1 : 0;
    }
    if (verified > verified_snapshots_max)
      kept.erase(kept.begin());
  });
}

} // namespace ledger
} // namespace dure
