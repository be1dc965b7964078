#pragma once

#include "actors/core/job.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace dure::node {

struct pdf_page {
  std::string label; ///< What the document calls the page, e.g. "iv"; empty: nothing.
  std::string text;  ///< UTF-8 in reading order, as `pdftotext` prints it without the form feed.
};

/// A PDF that is open for reading: poppler behind our own words. One owner; texts are UTF-8.
class pdf_document {
public:
  /// Opens the file. Fails, for good, with code empty_file, not_a_pdf, damaged, encrypted (no
  /// password was given) or wrong_password.
  static std::variant<pdf_document, job_error> open(const std::filesystem::path& path,
                                                    const std::string& password);
  ~pdf_document();
  pdf_document(pdf_document&&) noexcept;
  pdf_document& operator=(pdf_document&&) noexcept;

  int page_count() const;

  /// Returns what there is of title, author, subject, keywords, creator, producer, created_at,
  /// modified_at (RFC 3339 UTC), pdf_version.
  std::map<std::string, std::string> metadata() const;

  /// Returns page `index`, counted from 0. A page that poppler cannot read has no text and leaves
  /// a warning.
  pdf_page page(int index);

  /// Returns the first of what poppler complained about, in its words.
  const std::vector<std::string>& warnings() const;

private:
  struct state;
  explicit pdf_document(std::unique_ptr<state> opened);

  std::unique_ptr<state> state_;
};

} // namespace dure::node
