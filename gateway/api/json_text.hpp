#pragma once

#include "gateway/api/problem.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace dure::gateway {

/// How much JSON a request may hold.
struct json_limits {
  std::size_t depth = 64;
  /// Values of all kinds. A value costs some 16 to 100 bytes of memory once parsed, so this bounds
  /// what a body of many tiny values can take.
  std::size_t values = 2'000'000;
};

/// Returns the value that `text` holds, or a 400 that says what is wrong and where: malformed (with
/// the byte), too deep, or a name given twice in one object (with its JSON pointer); a 413 for too
/// many values.
checked<nlohmann::json> parse_json(std::string_view text, const json_limits& limits = {});

} // namespace dure::gateway
