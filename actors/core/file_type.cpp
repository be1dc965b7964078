#include "actors/core/file_type.hpp"

#include "actors/core/text_shape.hpp"
#include "actors/core/utf8.hpp"

#include <algorithm>
#include <string>

namespace dure {

namespace {

using namespace std::string_view_literals;

struct magic {
  std::string_view bytes;
  file_type type;
};

constexpr magic magics[] = {
    {"\x89PNG\r\n\x1a\n"sv, {"image/png", "png"}},
    {"\xff\xd8\xff"sv, {"image/jpeg", "jpg"}},
    {"GIF87a"sv, {"image/gif", "gif"}},
    {"GIF89a"sv, {"image/gif", "gif"}},
    {"II*\0"sv, {"image/tiff", "tiff"}},
    {"MM\0*"sv, {"image/tiff", "tiff"}},
    {"PK\x03\x04"sv, {"application/zip", "zip"}},
    {"PK\x05\x06"sv, {"application/zip", "zip"}},
    {"\x1f\x8b"sv, {"application/gzip", "gz"}},
    {"{\\rtf"sv, {"application/rtf", "rtf"}},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, {"application/x-ole-storage", "ole"}},
};

/// Where readers look for a PDF's header (PDF 32000-1, annex H.3).
constexpr std::size_t pdf_header_window = 1'024;

bool is_control(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b) || c == 0x7f;
}

/// Returns whether `rest` is a UTF-8 character without its end.
bool is_cut_off(std::string_view rest) {
  const auto lead = static_cast<unsigned char>(rest[0]);
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const auto is_trail = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  return lead >= 0xc2 && lead <= 0xf4 && rest.size() < size &&
         std::all_of(rest.begin() + 1, rest.end(), is_trail);
}

/// The last character may be cut off by the end of the head.
bool is_utf8(std::string_view head) {
  while (!head.empty()) {
    const auto c = static_cast<unsigned char>(head[0]);
    if (is_control(c))
      return false;
    const auto size = utf8_character_bytes(head);
    if (size == 0)
      return is_cut_off(head);
    head.remove_prefix(size);
  }
  return true;
}

/// Korean Windows text: KS X 1001 and its extension by Microsoft.
bool is_cp949(std::string_view head) {
  while (!head.empty()) {
    const auto lead = static_cast<unsigned char>(head[0]);
    if (is_control(lead) || lead == 0x80 || lead == 0xff)
      return false;
    if (lead > 0x80 && head.size() > 1) {
      const auto trail = static_cast<unsigned char>(head[1]);
      const bool good = (trail >= 'A' && trail <= 'Z') || (trail >= 'a' && trail <= 'z') ||
                        (trail > 0x80 && trail < 0xff);
      if (!good)
        return false;
      head.remove_prefix(1);
    }
    head.remove_prefix(1);
  }
  return true;
}

/// Returns how many of the bytes at `first`, `first` + 2, … are zero.
std::ptrdiff_t zeros(std::string_view head, std::size_t first) {
  std::ptrdiff_t count = 0;
  for (std::size_t i = first; i < head.size(); i += 2)
    count += head[i] == '\0';
  return count;
}

/// Texts with spaces and line ends have many characters below U+0100, so zeros on one side only.
text_encoding utf16_without_mark(std::string_view head) {
  const auto enough = static_cast<std::ptrdiff_t>(head.size() / 20 + 2);
  const auto even = zeros(head, 0);
  const auto odd = zeros(head, 1);
  if (odd >= enough && even == 0)
    return text_encoding::utf_16le;
  return even >= enough && odd == 0 ? text_encoding::utf_16be : text_encoding::none;
}

/// Returns UTF-16 with a stand-in for every character beyond ASCII: enough to see its shape.
std::string shape_of_utf16(std::string_view head, bool big_endian) {
  std::string shape;
  for (std::size_t i = 0; i + 1 < head.size(); i += 2) {
    const char high = head[big_endian ? i : i + 1];
    const char low = head[big_endian ? i + 1 : i];
    const bool ascii = high == 0 && static_cast<unsigned char>(low) < 0x80;
    if (!(i == 0 && !ascii))
      shape += ascii ? low : 'x';
  }
  return shape;
}

file_type type_of_text(std::string_view head, bool whole) {
  if (begins_like_html(head))
    return {"text/html", "html"};
  if (csv_delimiter_of(head, whole) != 0)
    return {"text/csv", "csv"};
  if (looks_like_markdown(head))
    return {"text/markdown", "md"};
  return {"text/plain", "txt"};
}

} // namespace

text_encoding detect_text_encoding(std::string_view head) {
  head = head.substr(0, file_head_bytes);
  if (head.starts_with("\xff\xfe"))
    return text_encoding::utf_16le;
  if (head.starts_with("\xfe\xff"))
    return text_encoding::utf_16be;
  if (is_utf8(head))
    return text_encoding::utf_8;
  if (head.find('\0') != std::string_view::npos)
    return utf16_without_mark(head);
  return is_cp949(head) ? text_encoding::cp949 : text_encoding::none;
}

file_type detect_file_type(std::string_view head) {
  const bool whole = head.size() < file_head_bytes;
  head = head.substr(0, file_head_bytes);
  if (head.substr(0, pdf_header_window).find("%PDF-") != std::string_view::npos)
    return {"application/pdf", "pdf"};
  for (const auto& m : magics)
    if (head.starts_with(m.bytes))
      return m.type;
  switch (detect_text_encoding(head)) {
  case text_encoding::none:
    return {"application/octet-stream", "bin"};
  case text_encoding::utf_16le:
    return type_of_text(shape_of_utf16(head, false), whole);
  case text_encoding::utf_16be:
    return type_of_text(shape_of_utf16(head, true), whole);
  case text_encoding::utf_8:
  case text_encoding::cp949:
    break;
  }
  return type_of_text(head.starts_with("\xef\xbb\xbf") ? head.substr(3) : head, whole);
}

char detect_csv_delimiter(std::string_view head) {
  const bool whole = head.size() < file_head_bytes;
  return csv_delimiter_of(head.substr(0, file_head_bytes), whole);
}

} // namespace dure
