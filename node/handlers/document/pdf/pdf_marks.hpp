#pragma once

#include <filesystem>

namespace dure::node {

/// What the bytes of a PDF tell before anything is parsed.
struct pdf_marks {
  bool has_header = false; ///< `%PDF-` in the first KiB.
  bool has_end = false;    ///< `%%EOF` or `startxref` near the end.
};

/// A file that cannot be read has neither.
pdf_marks look_at_pdf(const std::filesystem::path& path);

} // namespace dure::node
