#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dure {

/// Returns the folder with the golden files, which is given at compile time.
std::filesystem::path golden_folder();

/// Hex text with a line break every 32 bytes, and back (white space is skipped).
std::string to_hex_lines(std::string_view bytes);
std::string from_hex_lines(std::string_view text);

/// Returns the bytes that the file's hex text spells, or nothing when there is no such file.
std::optional<std::string> read_golden(const std::filesystem::path& file);

/// Writes a golden file that does not exist yet: a file that exists is never changed.
void add_golden(const std::filesystem::path& file, std::string_view bytes);

} // namespace dure
