#pragma once

#include "node/handlers/document/found_files.hpp"

class PDFDoc;

namespace dure::node {

/// Lists the files that are attached to a document as {name, description, media_type, page, size,
/// artifact}. Each is kept, up to 32 MiB, as artifact `attachment-<n>`, where n goes on from
/// `listed`.
void gather_attachments(PDFDoc& document, std::size_t listed, found_files& found);

/// The same for files that hang on a page as a pin.
void gather_attachments(PDFDoc& document, int page, std::size_t listed, found_files& found);

} // namespace dure::node
