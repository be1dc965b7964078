#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dure::gateway {

/// A header value with parameters, as Content-Type and Content-Disposition have: the first word in
/// lower case, parameter names in lower case, values unquoted.
struct parameterised {
  std::string value;
  std::vector<std::pair<std::string, std::string>> parameters;

  const std::string* find(std::string_view name) const;
};

/// Returns the parsed value, or nothing when it is malformed.
std::optional<parameterised> parse_parameterised(std::string_view text);

/// Returns whether a Content-Type is application/json or anything+json. No type at all counts as
/// JSON. Browsers can send that across origins too; `check_origin` is what refuses it.
bool is_json(std::string_view content_type);

/// Returns whether a Content-Type is one of the names of one JSON value a line.
bool is_json_lines(std::string_view content_type);

/// Returns whether an Accept-Encoding header takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

} // namespace dure::gateway
