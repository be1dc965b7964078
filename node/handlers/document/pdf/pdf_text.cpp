#include "node/handlers/document/utf16.hpp"

#include <cstddef>
#include <cstdint>

namespace dure::node {

namespace {

constexpr std::uint32_t byte_order_mark = 0xfeff;
constexpr std::uint32_t replacement = 0xfffd;

bool is_high(std::uint32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

bool is_low(std::uint32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

void append(std::string& text, std::uint32_t character) {
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

} // namespace

std::string utf8_of(std::span<const unsigned short> utf16) {
  std::string text;
  text.reserve(utf16.size());
  for (std::size_t i = 0; i < utf16.size(); ++i) {
    const std::uint32_t unit = utf16[i];
    if (i == 0 && unit == byte_order_mark)
      continue;
    const std::uint32_t next = i + 1 < utf16.size() ? utf16[i + 1] : 0;
    if (is_high(unit) && is_low(next)) {
      append(text, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
      ++i;
    } else {
      append(text, is_high(unit) || is_low(unit) ? replacement : unit);
    }
  }
  return text;
}

} // namespace dure::node
