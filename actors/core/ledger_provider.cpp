#include "actors/core/ledger_provider.hpp"

#include "actors/core/ledger_decide.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/question_keys.hpp"

#include <algorithm>

namespace dure::ledger {

namespace {

constexpr milliseconds block_first{5'000};
constexpr milliseconds block_max{60'000};
constexpr milliseconds quota_block_default{5'000}; ///< When 429 came without a Retry-After.

/// Returns how long nothing is started after so many failures in a row.
milliseconds block_after(std::uint32_t failures) {
  const auto doublings = std::min(failures - provider_failures_max, 4U);
  return std::min(block_first * (1 << doublings), block_max);
}

template <class Change>
result<void> change_provider(overlay& state, log_number log, Change&& change) {
  auto row = provider_of(state, log);
  if (!row)
    return row.error();
  change(*row);
  if (*row == provider_row{})
    state.erase(family::questions, keys::provider(log));
  else
    state.put(family::questions, keys::provider(log), encode(*row));
  return {};
}

} // namespace

result<provider_row> provider_of(const state_reader& state, log_number log) {
  return row_or_empty<provider_row>(state, family::questions, keys::provider(log));
}

std::size_t leases_allowed(const provider_row& row, timestamp now) {
  if (row.blocked_until > now)
    return 0;
  return is_down(row) ? 1 : limits::claim_jobs_max;
}

result<void> note_success(const state_reader& state, const complete&, decision& made,
                          const context& at) {
  auto row = provider_of(state, at.log);
  if (!row)
    return row.error();
  if (row->failures > 0)
    made.events.push_back(events::provider_seen{0, {}, {}});
  return {};
}

result<void> note_failure(const state_reader& state, const fail& c, decision& made,
                          const context& at) {
  const auto booked = std::any_of(made.events.begin(), made.events.end(), [](const event& e) {
    return std::holds_alternative<events::cost_booked>(e); // By how the attempt ended.
  });
  if (c.possibly_charged && !booked)
    made.events.push_back(events::cost_booked{c.of.job, {}, true});
  if (c.failure.code == code_rate_limited) {
    const auto told = c.retry_not_before.value_or(at.now + quota_block_default);
    const auto until = std::min<timestamp>(told, at.now + limits::retry_after_max);
    made.events.push_back(events::rate_observed{{}, {}, until});
    return {};
  }
  if (!says_provider_is_away(c.failure.code))
    return {};
  auto row = provider_of(state, at.log);
  if (!row)
    return row.error();
  events::provider_seen seen{row->failures + 1, {}, c.failure.message};
  if (seen.failures >= provider_failures_max)
    seen.blocked_until = at.now + block_after(seen.failures);
  made.events.push_back(std::move(seen));
  return {};
}

result<bool> is_providers_fault(const state_reader& state, std::string_view code, log_number log) {
  if (!says_provider_is_away(code))
    return false;
  auto row = provider_of(state, log);
  if (!row)
    return row.error();
  return row->failures + 1 >= provider_failures_max;
}

result<decision> decide_on(const state_reader& state, const forgive_provider&, const context& at) {
  auto row = provider_of(state, at.log);
  if (!row)
    return row.error();
  if (row->failures == 0 && row->blocked_until <= at.now)
    return no_event();
  return one_event(events::provider_seen{0, {}, {}});
}

result<void> apply_one(overlay& state, const events::rate_configured& e, const context& at) {
  return change_provider(state, at.log, [&](provider_row& row) { row.rate = e.rate; });
}

result<void> apply_one(overlay& state, const events::provider_seen& e, const context& at) {
  return change_provider(state, at.log, [&](provider_row& row) {
    row.failures = e.failures;
    row.blocked_until = e.blocked_until;
    row.reason = e.reason;
  });
}

result<void> apply_one(overlay& state, const events::rate_observed& e, const context& at) {
  return change_provider(state, at.log, [&](provider_row& row) {
    if (e.blocked_until <= row.blocked_until)
      return;
    row.blocked_until = e.blocked_until;
    row.reason = "The provider asked to wait.";
  });
}

} // namespace dure::ledger
