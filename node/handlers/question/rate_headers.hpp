#pragma once

#include "actors/core/command.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What providers say of their limits beside an answer. Pure.
namespace dure::node {

using header_values = std::map<std::string, std::string>;

/// Returns the names of all headers read here, in lower case.
std::vector<std::string> rate_header_names();

/// Returns what is left of the quota.
quota_report quota_of(const header_values& headers);

/// Returns the wait that the headers ask for: retry-after-ms, or until those limits are whole again
/// of which nothing is left.
std::optional<milliseconds> wait_of(const header_values& headers);

/// Returns a span such as "1h2m3.5s" or "20ms", or nothing.
std::optional<milliseconds> parse_span(std::string_view text);

} // namespace dure::node
