#include "gateway/api/unicode.hpp"

#include <cstdlib>
#include <memory>
#include <utf8proc.h>

namespace dure::gateway {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Takes the first code point off the text; -1 for a malformed byte, which is taken off as well.
utf8proc_int32_t take_code_point(std::string_view& text) {
  utf8proc_int32_t point = -1;
  auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                               static_cast<utf8proc_ssize_t>(text.size()), &point);
  text.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
  return point;
}

/// Returns the text mapped, or as it is when the library refuses it.
std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* out = nullptr;
  auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                           static_cast<utf8proc_ssize_t>(text.size()), &out,
                           static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned{out, &std::free};
  if (size < 0)
    return std::string{text};
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

} // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    auto before = text;
    if (take_code_point(text) < 0)
      valid += replacement;
    else
      valid += before.substr(0, before.size() - text.size());
  }
  return valid;
}

std::string composed(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string folded(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

std::string_view cut_between_characters(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  std::size_t between_characters = 0;
  std::size_t between_points = 0;
  utf8proc_int32_t state = 0;
  utf8proc_int32_t last = -1;
  for (auto rest = text; text.size() - rest.size() <= bytes_max;) {
    between_points = text.size() - rest.size();
    auto point = take_code_point(rest);
    if (last < 0 || utf8proc_grapheme_break_stateful(last, point, &state))
      between_characters = between_points;
    last = point;
  }
  // One letter may have more marks than fit.
  return text.substr(0, between_characters > 0 ? between_characters : between_points);
}

} // namespace dure::gateway
