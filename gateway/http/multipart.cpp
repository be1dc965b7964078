#include "gateway/http/multipart.hpp"

#include "gateway/http/media_type.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

using namespace multipart_event;

constexpr std::size_t boundary_bytes_max = 70; // RFC 2046
constexpr std::size_t preamble_bytes_max = 64 * 1024;
constexpr std::size_t part_header_bytes_max = 8 * 1024;
constexpr std::size_t parts_max = 64;
constexpr std::size_t padding_bytes_max = 64; // Blanks after a boundary.

problem malformed(std::string code, std::string detail) {
  return {400, std::move(code), std::move(detail), {}, {}};
}

problem cut_off() {
  return malformed("multipart_cut_off", "The multipart body ends before its closing boundary.");
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      auto high = hex_value(text[i + 1]);
      auto low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

/// Browsers write %22 for a quote in `filename`; `filename*` is percent-encoded as a whole.
std::optional<std::string> file_name_of(const parameterised& disposition) {
  if (auto* extended = disposition.find("filename*")) {
    auto second_quote = extended->rfind('\'');
    if (second_quote != std::string::npos)
      return percent_decoded(std::string_view{*extended}.substr(second_quote + 1));
  }
  auto* plain = disposition.find("filename");
  if (plain == nullptr)
    return std::nullopt;
  std::string name = *plain;
  for (auto at = name.find("%22"); at != std::string::npos; at = name.find("%22", at + 1))
    name.replace(at, 3, "\"");
  return name;
}

/// Returns the part that a header block (lines without the last CRLF) describes.
checked<part_begins> parse_part_header(std::string_view block) {
  while (!block.empty()) {
    auto end = std::min(block.find("\r\n"), block.size());
    auto line = block.substr(0, end);
    block.remove_prefix(std::min(end + 2, block.size()));
    auto colon = line.find(':');
    if (colon == std::string_view::npos)
      return malformed("multipart_malformed", "A line of a part's header has no colon.");
    if (!equal_ignoring_case(line.substr(0, colon), "content-disposition"))
      continue;
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    auto disposition = parse_parameterised(value);
    if (!disposition || disposition->value != "form-data" || !disposition->find("name"))
      break;
    return part_begins{*disposition->find("name"), file_name_of(*disposition)};
  }
  return malformed("multipart_malformed",
                   "A part has no Content-Disposition of form-data with a name.");
}

} // namespace

multipart_parser::multipart_parser(std::string_view boundary)
    : delimiter_{"\r\n--" + std::string{boundary}}, buffer_{"\r\n"}
// So that a boundary at the very beginning looks like any other.
{}

void multipart_parser::feed(std::string_view bytes) {
  buffer_.erase(0, used_);
  used_ = 0;
  buffer_ += bytes;
}

checked<multipart_parser::event> multipart_parser::next() {
  switch (place_) {
  case place::preamble:
    return find_first_boundary();
  case place::after_boundary:
    return after_boundary();
  case place::header:
    return read_header();
  case place::content:
    return read_content();
  case place::end:
    break;
  }
  used_ = buffer_.size();
  if (finished_)
    return event{body_ends{}};
  return event{need_more{}};
}

checked<multipart_parser::event> multipart_parser::wait_or(problem p) const {
  if (finished_)
    return p;
  return event{need_more{}};
}

checked<multipart_parser::event> multipart_parser::find_first_boundary() {
  auto wrong = malformed("wrong_boundary",
                         "The boundary that Content-Type names does not occur in the body.");
  auto at = rest().find(delimiter_);
  if (at != std::string_view::npos) {
    used_ += at + delimiter_.size();
    place_ = place::after_boundary;
    return after_boundary();
  }
  // The delimiter may have begun at the end.
  auto keep = std::min(rest().size(), delimiter_.size() - 1);
  skipped_ += rest().size() - keep;
  used_ = buffer_.size() - keep;
  if (skipped_ > preamble_bytes_max)
    return wrong;
  return wait_or(std::move(wrong));
}

checked<multipart_parser::event> multipart_parser::after_boundary() {
  auto line = rest();
  if (line.size() < 2)
    return wait_or(cut_off());
  if (line.starts_with("--")) {
    place_ = place::end;
    return next();
  }
  auto end = line.find("\r\n");
  auto padding = line.substr(0, end);
  if (padding.find_first_not_of(" \t\r") != std::string_view::npos ||
      padding.size() > padding_bytes_max)
    return malformed("multipart_malformed", "A boundary is followed by other text.");
  if (end == std::string_view::npos)
    return wait_or(cut_off());
  // The line's end stays, so that a header without any line ends with an empty one, too.
  used_ += end;
  place_ = place::header;
  return read_header();
}

checked<multipart_parser::event> multipart_parser::read_header() {
  auto end = rest().find("\r\n\r\n");
  if (std::min(end, rest().size()) > part_header_bytes_max)
    return malformed("multipart_malformed", "A part's header is too large.");
  if (end == std::string_view::npos)
    return wait_or(cut_off());
  if (++parts_ > parts_max)
    return malformed("multipart_malformed", "The body has too many parts.");
  auto block = rest().substr(0, end);
  block.remove_prefix(std::min<std::size_t>(2, block.size()));
  auto begins = parse_part_header(block);
  if (!begins)
    return begins.error();
  used_ += end + 4;
  place_ = place::content;
  return event{std::move(*begins)};
}

checked<multipart_parser::event> multipart_parser::read_content() {
  auto bytes = rest();
  auto at = bytes.find(delimiter_);
  if (at == 0) {
    used_ += delimiter_.size();
    place_ = place::after_boundary;
    return event{part_ends{}};
  }
  if (at == std::string_view::npos) {
    auto keep = std::min(bytes.size(), delimiter_.size() - 1);
    at = bytes.size() - keep;
  }
  if (at == 0)
    return wait_or(cut_off());
  used_ += at;
  return event{part_bytes{bytes.substr(0, at)}};
}

checked<std::string> parse_boundary(std::string_view content_type) {
  auto parsed = parse_parameterised(content_type);
  if (!parsed || parsed->value != "multipart/form-data")
    return problem{415, "unsupported_media_type", "The body must be multipart/form-data.", {}, {}};
  auto* boundary = parsed->find("boundary");
  auto legal = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (boundary == nullptr || boundary->empty() || boundary->size() > boundary_bytes_max ||
      boundary->back() == ' ' || !std::all_of(boundary->begin(), boundary->end(), legal))
    return malformed("missing_boundary", "Content-Type names no boundary of 1 to 70 characters.");
  return *boundary;
}

} // namespace dure::gateway
