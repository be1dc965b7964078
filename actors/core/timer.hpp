#pragma once

#include "actors/core/command.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dure {

/// What a timer waits for. Numbers are part of keys: never reused.
enum class timer_type : std::uint8_t {
  ready = 1,         ///< A scheduled job's run_at. Subject: job id.
  overdue = 2,       ///< A lease's last moment. Subject: job id.
  expiry = 3,        ///< The retention of a job outside any group. Subject: job id.
  group_expiry = 4,  ///< The retention of a group whose jobs have all ended. Subject: its name.
  kept_answer = 5,   ///< A kept answer. Subject: command id.
  record_expiry = 6, ///< A record. Subject: its key; the row's value is empty.
};

/// A row of family `timers`: something that time alone will do. The row is there exactly as long
/// as it is still to do.
struct timer {
  timestamp due{};
  timer_type type{};
  std::string subject; ///< The 16 bytes of an id, or a text.

  bool operator==(const timer&) const = default;
};

timer make_timer(timestamp due, timer_type type, const uuid& subject);

std::string timer_key(log_number log, const timer& t);
std::optional<timer> parse_timer(std::string_view key);

/// Timers of `log` that are due at `now`.
key_range timers_until(log_number log, timestamp now);

} // namespace dure
