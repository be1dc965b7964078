#pragma once

#include <string>
#include <string_view>

namespace dure::gateway {

/// Returns the text with everything but RFC 3986's unreserved characters percent-encoded: fit for a
/// query, a path segment and an extended header parameter.
std::string percent_encoded(std::string_view text);

} // namespace dure::gateway
