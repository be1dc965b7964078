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
/// So often a job is tried until a refused key is its own fault: alone in the queue, one try each
/// two minutes, that is after about three hours.
constexpr std::uint16_t refused_tries_max = 100;

/// Returns how long nothing is started after so many failures in a row.
milliseconds block_after(std::uint32_t failures) {
  const auto doublings = std::min(failures - provider_failures_max, 4U);
  return std::min(block_first * (1 << doublings), block_max);
}

/// Returns how many there are in a row after this one. Those of requests that were out when the
/// provider went down say nothing new.
std::uint32_t failures_with(const provider_row& row, std::string_view code, timestamp now) {
  if (is_down(row) && row.blocked_until > now)
    return row.failures;
  const auto failures = row.failures + 1;
  return code == code_key_refused ? std::max(failures, provider_failures_max) : failures;
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
  if (row->failures == 0)
    return {};
  // A wait that the provider asked for goes on; one that we made ourselves is over.
  const bool asked = !is_down(*row) && row->blocked_until > at.now;
  made.events.push_back(asked ? events::provider_seen{0, row->blocked_until, row->reason}
                              : events::provider_seen{0, {}, {}});
  return {};
}

result<void> note_failure(const state_reader& state, const fail& c, decision& made,
                          const context& at) {
  if (c.failure.code == code_rate_limited) {
    const auto told = c.retry_not_before.value_or(at.now + quota_block_default);
    const auto until = std::min<timestamp>(told, at.now + limits::retry_after_max);
    made.events.push_back(events::rate_observed{{}, {}, until});
    return {};
  }
  if (c.failure.code != code_key_refused && !says_provider_is_away(c.failure.code))
    return {};
  auto row = provider_of(state, at.log);
  if (!row)
    return row.error();
  events::provider_seen seen{failures_with(*row, c.failure.code, at.now), {}, c.failure.message};
  seen.blocked_until = row->blocked_until;
  if (seen.failures >= provider_failures_max)
    seen.blocked_until = std::max(seen.blocked_until, at.now + block_after(seen.failures));
  made.events.push_back(std::move(seen));
  return {};
}

result<bool> is_refused_itself(const state_reader& state, const job& j, std::string_view code,
                               const context& at) {
  if (code != code_key_refused)
    return false;
  auto row = provider_of(state, at.log);
  if (!row)
    return row.error();
  const auto refused_before = [code](const attempt& a) {
    return a.failure && a.failure->code == code;
  };
  // Where nothing else is asked nobody can tell the two apart; it must end all the same.
  return (row->failures == 0 || j.attempts_made >= refused_tries_max) &&
         std::any_of(j.attempts.begin(), j.attempts.end(), refused_before);
}

result<std::optional<timestamp>> excuse(const state_reader& state, std::string_view code,
                                        const context& at) {
  const std::optional<timestamp> none;
  auto row = provider_of(state, at.log);
  if (!row)
    return row.error();
  const bool refused = code == code_key_refused;
  if (code == code_rate_limited && is_down(*row))
    return std::optional{at.now + block_first};
  const auto failures = failures_with(*row, code, at.now);
  if (!refused && !(says_provider_is_away(code) && failures >= provider_failures_max))
    return none;
  return std::optional{at.now + 2 * block_after(failures)};
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
