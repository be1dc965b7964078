#pragma once

#include <span>
#include <string_view>

namespace dure::gateway {

/// A file that was built into the program.
struct embedded_file {
  std::string_view name; ///< e.g. "docs.html"
  std::string_view content;
};

/// Returns all files of this folder that are served or make up what is served.
std::span<const embedded_file> embedded_files();

} // namespace dure::gateway
