#include "gateway/http/media_type.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

constexpr std::size_t parameters_max = 16;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

/// Takes a quoted string off the front. Browsers do not escape backslashes in file names (they
/// write %22 for a quote), so a backslash escapes only a quote or another backslash.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    auto escapes =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escapes)
      ++i;
    value += text[i];
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& text) {
  if (!text.empty() && text.front() == '"')
    return take_quoted(text);
  auto end = std::min(text.find(';'), text.size());
  auto value = trimmed(text.substr(0, end));
  text.remove_prefix(end);
  if (value.empty())
    return std::nullopt;
  return std::string{value};
}

std::string value_of(std::string_view content_type) {
  return lower_case(trimmed(content_type.substr(0, content_type.find(';'))));
}

} // namespace

const std::string* parameterised::find(std::string_view name) const {
  for (const auto& [key, found] : parameters)
    if (key == name)
      return &found;
  return nullptr;
}

std::optional<parameterised> parse_parameterised(std::string_view text) {
  parameterised parsed;
  parsed.value = value_of(text);
  text.remove_prefix(std::min(text.find(';'), text.size()));
  while (!text.empty()) {
    text.remove_prefix(1);
    text = trimmed(text);
    if (text.empty())
      break;
    auto equals = text.find('=');
    if (equals == std::string_view::npos || parsed.parameters.size() == parameters_max)
      return std::nullopt;
    auto name = lower_case(trimmed(text.substr(0, equals)));
    text.remove_prefix(equals + 1);
    text = trimmed(text);
    auto value = take_value(text);
    text = trimmed(text);
    if (!value || name.empty() || parsed.find(name) || (!text.empty() && text.front() != ';'))
      return std::nullopt;
    parsed.parameters.emplace_back(std::move(name), std::move(*value));
  }
  return parsed;
}

bool is_json(std::string_view content_type) {
  auto value = value_of(content_type);
  return value.empty() || value == "application/json" || value.ends_with("+json");
}

bool is_json_lines(std::string_view content_type) {
  auto value = value_of(content_type);
  return value == "application/x-ndjson" || value == "application/ndjson" ||
         value == "application/jsonl" || value == "application/x-jsonlines";
}

bool accepts_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    auto comma = accept_encoding.find(',');
    auto coding = parse_parameterised(trimmed(accept_encoding.substr(0, comma)));
    if (coding && coding->value == "gzip") {
      auto* quality = coding->find("q");
      return quality == nullptr || quality->find_first_not_of("0.") != std::string::npos;
    }
    if (comma == std::string_view::npos)
      break;
    accept_encoding.remove_prefix(comma + 1);
  }
  return false;
}

} // namespace dure::gateway
