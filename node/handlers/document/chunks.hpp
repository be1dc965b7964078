#pragma once

#include "node/handlers/document/parsed_document.hpp"

#include <cstddef>
#include <vector>

namespace dure::node {

/// Returns the pages' text in pieces of at most `size` characters (Unicode code points), each
/// beginning with about the last `overlap` characters of the one before. Pieces begin and end
/// between words. Only a word longer than a piece is cut: between the words that a dictionary finds
/// in it (Chinese, Japanese, Thai), else between whole characters, so that no syllable and no
/// accent is torn, composed or not. Requires: `overlap` is at most half of `size`.
std::vector<text_chunk> make_chunks(const std::vector<page_text>& pages, std::size_t size,
                                    std::size_t overlap);

} // namespace dure::node
