#pragma once

#include <cstdint>

class PDFDoc;

namespace dure::node {

/// Returns whether the operators of a page become more than `bytes_max` when they are decompressed.
/// Most streams are too short for that, whatever they hold; the others are counted.
bool is_content_larger(PDFDoc& document, int page, std::uint64_t bytes_max);

} // namespace dure::node
