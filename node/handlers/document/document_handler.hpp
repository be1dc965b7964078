#pragma once

namespace dure::node {

/// Runs the handler of kind `document.parse`, one job at a time. Input: a file that its bytes show
/// to be PDF, HTML, Markdown, CSV or plain text; params: see document_parameters. Result: see
/// parsed_document. Artifacts: while it runs `pages-<from>-<to>.json`; on request
/// `thumbnail-<page>.png`, `image-<page>-<n>.png|jpg`, `embeddings.json`; `attachment-<n>`. Returns
/// the exit status.
///
/// Fails for good with empty_file, unsupported_type, damaged, encrypted, wrong_password,
/// too_many_pages, too_large, text_too_large, too_slow, too_much_memory, ocr_unavailable,
/// embeddings_not_configured, embeddings_refused or invalid_params, and with embeddings_unavailable
/// or io_failed, which may be tried again.
int run_document();

} // namespace dure::node
