#pragma once

#include "actors/core/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Returns RFC 3339 in UTC with milliseconds, e.g. "2026-01-31T09:00:00.000Z".
std::string to_text(timestamp t);

/// Returns the time that RFC 3339 `text` names (any offset, digits below the millisecond are cut),
/// or nothing. Years 1970 to 9999.
std::optional<timestamp> parse_timestamp(std::string_view text);

/// Returns the span that "30s", "500ms", "2m" or "30" (seconds) names, or nothing.
std::optional<milliseconds> parse_duration(std::string_view text);

/// Returns `t` as an HTTP date (RFC 9110 §5.6.7), e.g. "Sat, 31 Jan 2026 09:00:00 GMT".
std::string to_http_date(timestamp t);

} // namespace dure::gateway
