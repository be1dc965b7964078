#include "gateway/api/file_type.hpp"

#include <algorithm>
#include <string>

namespace dure::gateway {

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

/// Returns how many bytes the UTF-8 character at the front of `text` has; 0 when it is malformed.
std::size_t character_bytes(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80)
    return 1;
  std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
    return 0;
  auto second = static_cast<unsigned char>(text[1]);
  auto low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  auto high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high)
    return 0;
  for (std::size_t i = 2; i < size; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80)
      return 0;
  return size;
}

/// The last character may be cut off by the end of the head.
bool looks_like_text(std::string_view head) {
  constexpr std::size_t character_bytes_max = 4;
  while (!head.empty()) {
    auto c = static_cast<unsigned char>(head[0]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f')
      return false;
    auto size = character_bytes(head);
    if (size == 0)
      return head.size() < character_bytes_max && c >= 0xc2;
    head.remove_prefix(size);
  }
  return true;
}

bool begins_like_html(std::string_view head) {
  auto start = head.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos)
    return false;
  std::string lower{head.substr(start, 14)};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower == "<!doctype html" || lower.starts_with("<html");
}

} // namespace

file_type detect_file_type(std::string_view head) {
  head = head.substr(0, file_head_bytes);
  if (head.find("%PDF-") != std::string_view::npos)
    return {"application/pdf", "pdf"};
  for (const auto& m : magics)
    if (head.starts_with(m.bytes))
      return m.type;
  if (begins_like_html(head))
    return {"text/html", "html"};
  if (looks_like_text(head))
    return {"text/plain", "txt"};
  return {"application/octet-stream", "bin"};
}

} // namespace dure::gateway
