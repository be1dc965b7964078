#include "gateway/api/file_response.hpp"

#include "gateway/api/file_name.hpp"
#include "gateway/api/fingerprint.hpp"
#include "gateway/api/percent.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dure::gateway {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 9110's token characters.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  });
}

/// What a browser shows without running anything; all else is for the disk.
bool is_inert(std::string_view type) {
  static constexpr std::array<std::string_view, 13> inert{
      "application/json", "application/pdf", "application/zip", "application/x-ndjson", "image/png",
      "image/jpeg",       "image/gif",       "image/webp",      "image/tiff",           "text/csv",
      "text/markdown",    "text/plain",      "audio/mpeg"};
  return std::find(inert.begin(), inert.end(), type) != inert.end();
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> to_number(std::string_view digits) {
  std::uint64_t n = 0;
  const auto* end = digits.data() + digits.size();
  auto [stop, failed] = std::from_chars(digits.data(), end, n);
  if (digits.empty() || failed != std::errc{} || stop != end)
    return std::nullopt;
  return n;
}

/// "-n": the last n bytes.
range_fit read_suffix(std::string_view digits, std::uint64_t size, byte_range& into) {
  auto last = to_number(digits);
  if (!last)
    return range_fit::none;
  if (*last == 0 || size == 0)
    return range_fit::outside;
  into.length = std::min(*last, size);
  into.from = size - into.length;
  return range_fit::part;
}

/// For clients that read no UTF-8: what is not plain ASCII becomes an underscore, one a character.
std::string to_ascii(std::string_view utf8) {
  std::string out;
  for (char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80)
      continue;
    const bool harmless = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '%';
    out += harmless ? c : '_';
  }
  return out;
}

response outside_response(const blob_ref& file, std::string_view path) {
  auto r = to_response(
      problem{416, "range_not_satisfiable", "The file ends before this range begins.", {}, {}},
      path);
  r.headers.emplace_back("Content-Range", "bytes */" + std::to_string(file.bytes));
  return r;
}

} // namespace

range_fit read_range(std::string_view field, std::uint64_t size, byte_range& into) {
  constexpr std::string_view unit = "bytes=";
  if (lower_case(field.substr(0, unit.size())) != unit)
    return range_fit::none;
  const auto spec = trimmed(field.substr(unit.size()));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos)
    return range_fit::none;
  if (dash == 0)
    return read_suffix(spec.substr(1), size, into);
  auto from = to_number(spec.substr(0, dash));
  auto last = to_number(spec.substr(dash + 1));
  const bool open = dash + 1 == spec.size();
  if (!from || (!open && !last) || (last && *last < *from))
    return range_fit::none;
  if (*from >= size)
    return range_fit::outside;
  into.from = *from;
  into.length = (open ? size - 1 : std::min(*last, size - 1)) - *from + 1;
  return range_fit::part;
}

std::string to_disposition(std::string_view name, file_display shown) {
  const auto clean = clean_file_name(name);
  std::string field = shown == file_display::download ? "attachment" : "inline";
  return field + "; filename=\"" + to_ascii(clean) + "\"; filename*=UTF-8''" +
         percent_encoded(clean);
}

std::string to_safe_type(std::string_view media_type) {
  const auto type = lower_case(trimmed(media_type.substr(0, media_type.find(';'))));
  const auto slash = type.find('/');
  const bool formed = slash != std::string::npos && is_token(type.substr(0, slash)) &&
                      is_token(type.substr(slash + 1));
  if (!formed || !is_inert(type))
    return "application/octet-stream";
  return type.starts_with("text/") ? type + "; charset=utf-8" : type;
}

response to_file_response(const blob_ref& file, std::string_view name,
                          const file_conditions& wanted, file_display shown) {
  const auto tag = "\"" + file.sha256 + "\"";
  response r;
  r.content_type = to_safe_type(file.media_type);
  r.headers = {{"ETag", tag},
               {"Accept-Ranges", "bytes"},
               {"Content-Disposition", to_disposition(name, shown)},
               {"Content-Security-Policy", "default-src 'none'; sandbox"}};
  if (!wanted.if_none_match.empty() && names_tag(wanted.if_none_match, tag)) {
    r.status = 304;
    return r;
  }
  r.stream = streamed_body{file, {}, {}};
  r.stream->as_stored = true;
  byte_range part{0, file.bytes};
  const bool may_be_part = wanted.if_range.empty() || wanted.if_range == tag;
  const auto fit = may_be_part ? read_range(wanted.range, file.bytes, part) : range_fit::none;
  if (fit == range_fit::outside)
    return outside_response(file, wanted.path);
  if (fit == range_fit::part) {
    r.status = 206;
    r.stream->from = part.from;
    r.stream->length = part.length;
    r.headers.emplace_back("Content-Range", "bytes " + std::to_string(part.from) + "-" +
                                                std::to_string(part.from + part.length - 1) + "/" +
                                                std::to_string(file.bytes));
  }
  return r;
}

} // namespace dure::gateway
