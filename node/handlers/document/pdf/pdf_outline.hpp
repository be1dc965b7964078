#pragma once

#include "node/handlers/document/parsed_document.hpp"

#include <vector>

class PDFDoc;

namespace dure::node {

/// Returns the bookmarks in their order, at most 10,000 of them and 32 levels deep.
std::vector<outline_entry> outline_of(PDFDoc& document);

} // namespace dure::node
