#pragma once

#include "actors/core/job.hpp"
#include "node/handlers/document/parsed_document.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>

class PDFDoc;

namespace dure::node {

/// Asked by poppler between the operators of a page.
struct page_patience {
  std::chrono::nanoseconds until; ///< CPU time of this thread.
  /// `until` cannot have come before this: no thread computes for longer than it lives. poppler
  /// asks often, and this clock, unlike that of CPU time, is read without a system call.
  std::chrono::steady_clock::time_point earliest;
  bool lost = false; ///< It is over; the page was left half done.
};

/// The form in which poppler asks; `patience` is a page_patience.
bool has_lost_patience(void* patience);

/// A PDF that is open for reading: poppler behind our own words. One owner; texts are UTF-8.
///
/// It is open twice. poppler-cpp opens it, and says what belongs to the document and its labels.
/// Beside it stands poppler's own view, for what poppler-cpp does not tell, and for the text: one
/// output device serves all pages, as in `pdftotext`, so that fonts and colour transforms are made
/// once for a document, not once for a page.
class pdf_document {
public:
  /// Opens the file. Fails, for good, with code damaged, encrypted (no password was given) or
  /// wrong_password.
  static std::variant<pdf_document, job_error> open(const std::filesystem::path& path,
                                                    const std::string& password);
  ~pdf_document();
  pdf_document(pdf_document&&) noexcept;
  pdf_document& operator=(pdf_document&&) noexcept;

  int page_count() const;

  /// Returns what there is of title, author, subject, keywords, creator, producer, created_at,
  /// modified_at (RFC 3339 UTC), pdf_version.
  std::map<std::string, nlohmann::json> metadata() const;

  /// Returns whether page `number`, counted from 1, can be read at all.
  bool has_page(int number) const;

  std::string label(int number) const;

  /// Returns the text of a page in reading order, as `pdftotext` prints it without the form feed.
  /// Stops early, with what was found so far, when `patience` is lost.
  std::string text(int number, page_patience& patience);

  /// Returns poppler's own view, for what reads other things than text.
  PDFDoc& inside();

private:
  struct state;
  explicit pdf_document(std::unique_ptr<state> opened);

  std::unique_ptr<state> state_;
};

} // namespace dure::node
