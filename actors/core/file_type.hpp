#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dure {

/// How many bytes of a file's beginning detect_file_type wants to see.
inline constexpr std::size_t file_head_bytes = 4096;

/// What a file is, told from its bytes and never from its name.
struct file_type {
  std::string_view media_type; ///< e.g. "application/pdf"
  std::string_view extension;  ///< without a dot, e.g. "pdf"
};

/// How the bytes of a text stand for characters.
enum class text_encoding : std::uint8_t { utf_8, utf_16le, utf_16be, cp949, none };

/// Returns the type of a file that begins with `head`. A PDF may have up to 1 KiB of other bytes
/// before its magic, as readers allow. A text is text/html, text/csv, text/markdown or text/plain;
/// what is none of what we know is application/octet-stream.
///
/// Gateway and handlers both ask here, so that an upload is read as what its answer called it.
file_type detect_file_type(std::string_view head);

/// Returns how a text that begins with `head` is encoded; `none`: it is no text. UTF-16 without a
/// mark is told by its zeros. `head` may end within a character.
text_encoding detect_text_encoding(std::string_view head);

/// Returns the character that stands between the fields of a CSV file that begins with `head`; 0:
/// it is no CSV. Several records must agree on their number of fields.
char detect_csv_delimiter(std::string_view head);

} // namespace dure
