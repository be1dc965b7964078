#include "node/cli/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dure::node {

namespace {

/// Ranges of characters that take two columns (East Asian Width W and F, and emoji).
constexpr std::array<std::pair<char32_t, char32_t>, 9> wide{{{0x1100, 0x115f},
                                                             {0x2e80, 0xa4cf},
                                                             {0xac00, 0xd7a3},
                                                             {0xf900, 0xfaff},
                                                             {0xfe30, 0xfe6f},
                                                             {0xff00, 0xff60},
                                                             {0xffe0, 0xffe6},
                                                             {0x1f300, 0x1faff},
                                                             {0x20000, 0x3fffd}}};

/// Takes one character from the front; a byte that is no UTF-8 is one by itself.
std::pair<char32_t, std::string_view> take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  length = std::min(length, text.size());
  char32_t code = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  const auto bytes = text.substr(0, length);
  text.remove_prefix(length);
  return {code, bytes};
}

std::size_t columns_of(char32_t code) {
  const auto holds = [code](const auto& range) {
    return code >= range.first && code <= range.second;
  };
  return std::any_of(wide.begin(), wide.end(), holds) ? 2 : 1;
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

} // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty())
    columns += columns_of(take_character(text).first);
  return columns;
}

std::string clipped(std::string_view text, std::size_t columns) {
  std::string kept;
  std::string shorter; // What is kept if an ellipsis must follow.
  std::size_t used = 0;
  while (!text.empty()) {
    const auto [code, bytes] = take_character(text);
    if (is_control(code))
      continue;
    used += columns_of(code);
    if (used > columns)
      return columns == 0 ? "" : shorter + "…";
    kept += bytes;
    if (used < columns)
      shorter = kept;
  }
  return kept;
}

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], columns_of(row[i]));
    }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size())
        text.append(widths[i] - columns_of(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

} // namespace dure::node
