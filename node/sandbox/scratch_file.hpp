#pragma once

#include "actors/core/error.hpp"
#include "node/sandbox/owned_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace dure::node {

/// A regular file that was opened for reading.
struct regular_file {
  owned_fd fd;
  std::uint64_t bytes = 0;
};

/// Opens the file that a handler named, relative to `folder`. Whoever reads such a file opens it
/// by this, so that no link and no `..` leads out of the folder, even one made a moment ago.
/// errc::invalid: it leads out, goes over a link, or is not a regular file; errc::not_found.
result<regular_file> open_beneath(const std::filesystem::path& folder, const std::string& relative);

} // namespace dure::node
