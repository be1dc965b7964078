#pragma once

#include "actors/ports/blobs.hpp"

namespace dure::node {

/// Writes what a reader gives to a new file, or leaves nothing: what `blobs::fetch` promises, for
/// adapters to use. errc::io_failed when the file is there already or cannot be written.
result<void> write_blob_file(blob_reader& from, const std::filesystem::path& path);

} // namespace dure::node
