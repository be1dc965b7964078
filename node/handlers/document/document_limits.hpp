#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Limits of computing that more than one reader of documents has.
namespace dure::node {

/// CPU time after which work that does not hear is given up.
inline constexpr std::chrono::seconds stall_cpu_max{40};

/// Resident; below the address space that document.parse is given (handlers.cpp).
inline constexpr std::size_t document_memory_max = std::size_t{1'200} << 20;

/// Of all attachments, images and thumbnails: a stream of a few KiB may be named a thousand times.
inline constexpr std::uint64_t found_bytes_max = std::uint64_t{1} << 30;

} // namespace dure::node
