#pragma once

#include <string_view>

namespace dure::gateway {

/// How many bytes of a file's beginning detect_file_type wants to see.
inline constexpr std::size_t file_head_bytes = 1024;

/// What a file is, told from its bytes and never from its name.
struct file_type {
  std::string_view media_type; ///< e.g. "application/pdf"
  std::string_view extension;  ///< without a dot, e.g. "pdf"
};

/// Returns the type of a file that begins with `head`. A PDF may have up to 1 KiB of other bytes
/// before its magic, as readers allow. Unknown bytes are text/plain or application/octet-stream.
file_type detect_file_type(std::string_view head);

} // namespace dure::gateway
