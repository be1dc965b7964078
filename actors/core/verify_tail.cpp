#include "actors/core/keys.hpp"
#include "actors/core/ledger_snapshot.hpp"
#include "actors/core/record_codec.hpp"
#include "actors/core/replica_rows.hpp"
#include "actors/core/verify.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace dure {

namespace {

struct chain_end {
  journal_index index{};
  record_hash hash;
};

/// Returns what is wrong with the next record of the chain, or nothing, and moves `end` on.
std::string follow(std::optional<chain_end>& end, std::string_view bytes) {
  auto record = decode_record(bytes);
  auto hash = hash_of(bytes);
  if (!record || !hash)
    return "a record of the tail is damaged: " +
           (record ? hash.error().context : record.error().context);
  const auto name = "record " + std::to_string(number(record->index));
  std::string wrong;
  if (end && record->index != next(end->index))
    wrong = name + " does not follow " + std::to_string(number(end->index));
  else if (end && record->previous != end->hash)
    wrong = name + " is not chained to the one before";
  end = chain_end{record->index, *hash};
  return wrong;
}

/// Returns whether a state without a tail is that of a snapshot: it has no record of its own yet.
result<bool> stands_on_snapshot(const state_reader& state, log_number log, journal_index index) {
  auto row = snapshots_of(state, log);
  if (!row)
    return row.error();
  // A snapshot does not know of itself, only of those before it.
  return number(index) > 0 && std::all_of(row->kept.begin(), row->kept.end(),
                                          [&](const auto& s) { return s.of.index < index; });
}

} // namespace

result<verification> verify_tail(const state_reader& state, log_number log) {
  verification found;
  std::optional<chain_end> end;
  auto scanned = state.scan(family::tail, keys::all_of(log), scan_order::ascending,
                            [&](std::string_view, std::string_view bytes) {
                              ++found.records;
                              if (auto wrong = follow(end, bytes); !wrong.empty())
                                found.broken.push_back(std::move(wrong));
                              return found.broken.size() < broken_rules_max;
                            });
  if (!scanned)
    return scanned.error();
  auto position = read_position(state, log);
  if (!position)
    return position.error();
  const auto last = end.value_or(chain_end{});
  if (!end)
    if (auto from = stands_on_snapshot(state, log, position->index); !from || *from)
      return from ? result<verification>{std::move(found)} : from.error();
  if (found.broken.empty() && (last.index != position->index || last.hash != position->hash))
    found.broken.push_back("the tail ends at " + std::to_string(number(last.index)) +
                           ", the rows stand at " + std::to_string(number(position->index)));
  return found;
}

} // namespace dure
