#pragma once

namespace dure::node {

/// Runs the handler of kind `document.parse`, one job at a time. params: {password?}; input: a PDF.
/// Result: {page_count, metadata, pages: [{page, label, text}], warnings}, and the artifact `text`
/// (pages joined by form feeds). Returns the exit status.
///
/// Fails for good with empty_file, not_a_pdf, damaged, encrypted, wrong_password, too_many_pages,
/// text_too_large or invalid_params.
int run_document();

} // namespace dure::node
