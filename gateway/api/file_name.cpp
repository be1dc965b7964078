#include "gateway/api/file_name.hpp"

#include "actors/core/limits.hpp"
#include "gateway/api/unicode.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

/// A longer suffix is no extension but a part of the name.
constexpr std::size_t extension_bytes_max = 16;

/// What could break a line, or make `exe.fdp` read as `pdf.exe`: controls, line and paragraph
/// separators, and the characters that override or embed a direction. Marks that only say which
/// direction their neighbours have (U+200E, U+200F, U+061C) belong to names of some languages.
bool is_harmful(std::string_view character) {
  if (character.size() == 1)
    return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7f;
  if (character.size() == 2)
    return character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
  return (character >= "\xe2\x80\xa8" && character <= "\xe2\x80\xae") ||
         (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9") ||
         character == "\xef\xbb\xbf";
}

std::size_t character_bytes(char lead) {
  auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::string without_harm(std::string_view name) {
  std::string clean;
  while (!name.empty()) {
    auto character = name.substr(0, character_bytes(name[0]));
    if (!is_harmful(character))
      clean += character;
    name.remove_prefix(character.size());
  }
  return clean;
}

std::string_view extension_of(std::string_view name) {
  auto dot = name.find_last_of('.');
  if (dot == std::string_view::npos || name.size() - dot > extension_bytes_max)
    return {};
  auto letters = name.substr(dot + 1);
  auto plain = std::all_of(letters.begin(), letters.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  return plain && !letters.empty() ? name.substr(dot) : std::string_view{};
}

std::string shortened(const std::string& name) {
  if (name.size() <= limits::file_name_bytes_max)
    return name;
  auto extension = extension_of(name);
  std::string_view stem{name.data(), name.size() - extension.size()};
  std::string cut{cut_between_characters(stem, limits::file_name_bytes_max - extension.size())};
  return cut += extension;
}

} // namespace

std::string clean_file_name(std::string_view name) {
  if (auto slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  auto clean = shortened(composed(without_harm(valid_utf8(name))));
  return clean.empty() || clean == "." || clean == ".." ? "file" : clean;
}

} // namespace dure::gateway
