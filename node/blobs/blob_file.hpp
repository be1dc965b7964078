#pragma once

#include "actors/ports/blobs.hpp"

namespace dure::node {

/// Writes a blob to a new file, or leaves nothing: what `blobs::fetch` promises, for adapters to
/// use. errc::io_failed when the file is there already or cannot be written.
result<void> write_blob_file(blobs& from, const blob_ref& blob, const std::filesystem::path& path);

} // namespace dure::node
