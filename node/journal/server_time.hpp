#pragma once

#include "actors/core/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dure::node {

/// Returns RFC 3339 in UTC with milliseconds, e.g. "2026-02-28T09:30:00.125Z".
std::string to_server_time(timestamp t);

/// Takes what nats-server writes: RFC 3339 with up to nine decimals and 'Z' or an offset.
std::optional<timestamp> parse_server_time(std::string_view text);

} // namespace dure::node
