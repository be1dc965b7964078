#include "node/blobs/blob_sweep.hpp"

#include "actors/core/blob_uses.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace dure::node {

namespace {

/// Removed at a time: what is found is forgotten again before it is out of date.
constexpr std::size_t candidates_max = 10'000;

/// Returns how long a blob must be untouched. A running attempt may hold what is in no log yet, at
/// most for its hard timeout.
result<milliseconds> untouched_for(const sweep_context& of) {
  milliseconds wait = untouched_min;
  for (const auto log : of.logs) {
    auto longest = queries::longest_hard_timeout(of.view, log);
    if (!longest)
      return longest.error();
    wait = std::max<milliseconds>(wait, 2 * *longest);
  }
  return wait;
}

result<bool> is_used(const sweep_context& of, const stored_blob& blob) {
  for (const auto log : of.logs) {
    auto used = queries::is_blob_used(of.view, log, blob.sha256);
    if (!used || *used)
      return used;
  }
  return false;
}

/// Walks the stock; candidates come in the order of their revisions.
result<std::vector<stored_blob>> find_candidates(const sweep_context& of, sweep_outcome& outcome) {
  auto wait = untouched_for(of);
  if (!wait)
    return wait.error();
  const auto put_before = of.time.now() - *wait;
  std::vector<stored_blob> found;
  for (std::uint64_t after = 0; found.size() < candidates_max && of.goes_on();) {
    auto one = of.stock.next(after);
    if (!one)
      return one.error();
    if (!*one)
      break;
    after = (*one)->revision;
    ++outcome.looked_at;
    if ((*one)->touched_at > put_before)
      continue;
    auto used = is_used(of, **one);
    if (!used)
      return used.error();
    if (!*used)
      found.push_back(std::move(**one));
  }
  return found;
}

result<void> catch_up(const sweep_context& of) {
  for (const auto log : of.logs)
    if (auto caught_up = of.catch_up(log); !caught_up)
      return caught_up;
  return {};
}

result<void> remove_if_unused(const sweep_context& of, const stored_blob& blob,
                              sweep_outcome& outcome) {
  auto used = is_used(of, blob);
  if (!used)
    return used.error();
  if (*used)
    return {};
  auto removed = of.stock.remove(blob);
  if (!removed)
    return removed.error().code == errc::version_mismatch ? result<void>{} : removed;
  ++outcome.removed;
  outcome.removed_bytes += blob.bytes;
  return {};
}

} // namespace

result<sweep_outcome> sweep_blobs(const sweep_context& context) {
  sweep_outcome outcome;
  auto candidates = find_candidates(context, outcome);
  if (!candidates)
    return candidates.error();
  if (candidates->empty())
    return outcome;
  if (auto caught_up = catch_up(context); !caught_up)
    return caught_up.error();
  for (const auto& blob : *candidates) {
    if (!context.goes_on())
      break;
    if (auto removed = remove_if_unused(context, blob, outcome); !removed)
      return removed.error();
  }
  return outcome;
}

} // namespace dure::node
