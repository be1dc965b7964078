#pragma once

#include "actors/core/queue.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dure {

/// What is known of the outside provider that a log's jobs ask: the row of family `questions` that
/// its rules read. One a log.
struct provider_row {
  rate_limits rate;
  std::uint32_t failures = 0; ///< In a row, each of which says that nobody answers there.
  timestamp blocked_until{};  ///< Nothing is started before.
  std::string reason;         ///< One sentence, while blocked or down.

  bool operator==(const provider_row&) const = default;
};

// Codes of failures that say more than that one job failed.

inline constexpr std::string_view code_rate_limited = "provider_rate_limited";
inline constexpr std::string_view code_unavailable = "provider_unavailable";
inline constexpr std::string_view code_timeout = "provider_timeout";
inline constexpr std::string_view code_key_refused = "provider_key_refused";

/// After so many failures in a row the provider counts as down: the queue stands still but for one
/// probe at a time, and failures that cost nothing are not counted against the jobs. A refused key
/// takes it down at once: nobody else would be answered.
inline constexpr std::uint32_t provider_failures_max = 5;

/// Returns whether the code says that the provider did not answer.
constexpr bool says_provider_is_away(std::string_view code) {
  return code == code_unavailable || code == code_timeout;
}

constexpr bool is_down(const provider_row& row) {
  return row.failures >= provider_failures_max;
}

} // namespace dure
