#pragma once

#include "actors/core/file_type.hpp"
#include "node/handlers/document/document_run.hpp"

namespace dure::node {

/// Reads the text document of `run`, which is of `type`, and ends the attempt. A form feed in a
/// plain text begins a page; the others have one page. Fails with too_large, damaged,
/// too_many_pages, text_too_large, cancelled.
void read_text_document(document_run& run, const file_type& type, text_encoding encoding);

} // namespace dure::node
