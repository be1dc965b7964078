#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

class Stream;

namespace dure::node {

/// Writes what a stream holds, decompressed, to a file. Returns how many bytes; nothing, and no
/// file is left, when there are more than `bytes_max` or it cannot be written.
std::optional<std::uint64_t> write_stream(Stream& stream, const std::filesystem::path& path,
                                          std::uint64_t bytes_max);

} // namespace dure::node
