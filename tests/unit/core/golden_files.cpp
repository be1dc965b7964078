#include "tests/unit/core/golden_files.hpp"

#include <fstream>
#include <iterator>

namespace dure {

std::filesystem::path golden_folder() {
  return DURE_GOLDEN_FOLDER;
}

std::string to_hex_lines(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  constexpr std::size_t bytes_a_line = 32;
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    text += digits[byte >> 4];
    text += digits[byte & 15];
    if ((i + 1) % bytes_a_line == 0 || i + 1 == bytes.size())
      text += '\n';
  }
  return text;
}

std::string from_hex_lines(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string bytes;
  int high = -1;
  for (char c : text) {
    auto value = digits.find(c);
    if (value == std::string_view::npos)
      continue;
    if (high < 0) {
      high = static_cast<int>(value);
    } else {
      bytes += static_cast<char>(high << 4 | static_cast<int>(value));
      high = -1;
    }
  }
  return bytes;
}

std::optional<std::string> read_golden(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in)
    return std::nullopt;
  return from_hex_lines(std::string{std::istreambuf_iterator<char>{in}, {}});
}

void add_golden(const std::filesystem::path& file, std::string_view bytes) {
  if (!std::filesystem::exists(file))
    std::ofstream{file, std::ios::binary} << to_hex_lines(bytes);
}

} // namespace dure
