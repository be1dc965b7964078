#include "node/handlers/document/pdf/pdf_text.hpp"

#include "actors/core/utf8.hpp"

#include <PDFDocEncoding.h>
#include <UTF.h>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <poppler-global.h>

namespace dure::node {

namespace {

constexpr unsigned int replacement = 0xfffd;
constexpr const char* replacement_bytes = "\xef\xbf\xbd";

struct free_memory {
  void operator()(Unicode* characters) const { std::free(characters); }
};

bool is_character(unsigned int c) {
  return c < 0x110000 && (c < 0xd800 || c >= 0xe000);
}

void append(std::string& text, unsigned int character) {
  const auto tail = [character](int shift) {
    return static_cast<char>(0x80 | ((character >> shift) & 0x3f));
  };
  if (character < 0x80) {
    text += static_cast<char>(character);
  } else if (character < 0x800) {
    text += {static_cast<char>(0xc0 | (character >> 6)), tail(0)};
  } else if (character < 0x10000) {
    text += {static_cast<char>(0xe0 | (character >> 12)), tail(6), tail(0)};
  } else {
    text += {static_cast<char>(0xf0 | (character >> 18)), tail(12), tail(6), tail(0)};
  }
}

/// Returns whether a text of poppler-cpp reads the same whatever its encoding was: each character
/// has two bytes in the file, or is the same in both encodings of one byte.
bool is_certain(const poppler::ustring& text) {
  const auto is_wide = [](unsigned short unit) { return unit > 0xff; };
  const auto is_same = [](unsigned short unit) { return pdfDocEncoding[unit] == unit; };
  if (std::any_of(text.begin(), text.end(), is_wide))
    return true;
  return std::all_of(text.begin(), text.end(), is_same) &&
         text.compare(0, 3, poppler::ustring::from_latin1("\xef\xbb\xbf")) != 0;
}

/// Returns where `text` stops being UTF-8.
std::size_t first_bad_byte(std::string_view text, std::size_t from) {
  while (from < text.size()) {
    if (static_cast<unsigned char>(text[from]) < 0x80) {
      ++from;
      continue;
    }
    const std::size_t size = utf8_character_bytes(text.substr(from));
    if (size == 0)
      return from;
    from += size;
  }
  return from;
}

} // namespace

std::string utf8_of(std::span<const unsigned int> characters) {
  std::string text;
  text.reserve(characters.size());
  for (const unsigned int c : characters)
    append(text, is_character(c) ? c : replacement);
  return text;
}

std::optional<std::string> utf8_of(const poppler::ustring& text) {
  if (!is_certain(text))
    return std::nullopt;
  std::string utf16 = "\xfe\xff";
  for (const unsigned short unit : text)
    utf16 += {static_cast<char>(unit >> 8), static_cast<char>(unit & 0xff)};
  return utf8_of_text_string(utf16);
}

std::string utf8_of_text_string(const std::string& bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) { // Since PDF 2.0; poppler does not know it.
    std::string text = bytes.substr(3);
    make_valid_utf8(text);
    return text;
  }
  Unicode* characters = nullptr;
  const int count = TextStringToUCS4(bytes, &characters);
  const std::unique_ptr<Unicode, free_memory> held{characters};
  if (count <= 0 || characters == nullptr)
    return {};
  return utf8_of({characters, static_cast<std::size_t>(count)});
}

void make_valid_utf8(std::string& text) {
  std::size_t bad = first_bad_byte(text, 0);
  if (bad == text.size())
    return;
  std::string clean = text.substr(0, bad);
  while (bad < text.size()) {
    clean += replacement_bytes;
    const std::size_t next = first_bad_byte(text, bad + 1);
    clean += text.substr(bad + 1, next - bad - 1);
    bad = next;
  }
  text = std::move(clean);
}

} // namespace dure::node
