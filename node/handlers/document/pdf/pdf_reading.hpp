#pragma once

#include "node/handlers/document/document_run.hpp"

namespace dure::node {

/// Reads the PDF of `run` and ends the attempt.
///
/// A page that cannot be read, or not within its limits, becomes a warning, and the next one
/// follows. Where poppler itself is stuck there is no next one: what was read until then becomes
/// the result, marked as partial, and the process ends. Fails with damaged, encrypted,
/// wrong_password, too_many_pages, text_too_large, too_slow or too_much_memory (when no page was
/// read), ocr_unavailable, cancelled.
void read_pdf(document_run& run);

} // namespace dure::node
