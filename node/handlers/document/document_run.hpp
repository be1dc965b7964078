#pragma once

#include "node/handlers/document/document_limits.hpp"
#include "node/handlers/document/found_files.hpp"
#include "node/handlers/document/page_batches.hpp"
#include "node/handlers/document/parameters.hpp"
#include "node/handlers/document/parsed_document.hpp"
#include "node/sandbox/handler_main.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dure::node {

/// One attempt at one document: gathers what the readers find, shows pages while it goes on, holds
/// the limits of what may be given out, and ends the attempt. One owner.
class document_run {
public:
  document_run(handler_job job, handler_session& session, document_parameters wishes);

  const document_parameters& wishes() const { return wishes_; }

  std::filesystem::path input_path() const;

  parsed_document& document() { return document_; }

  /// Says how many pages there are. Fails with too_many_pages.
  std::optional<job_error> begin(int page_count);

  /// Takes the next page and tells how far it is. Fails with text_too_large, or cancelled.
  std::optional<job_error> add(page_text page);

  /// Notes what went wrong with a page; the result is marked as partial.
  void fail_page(int number, std::string_view code, std::string_view what);

  /// Notes something worth knowing. Only the first hundred are kept.
  void warn(std::string warning);

  /// Sends a line, so that a long piece of work is not taken for silence. Returns whether the
  /// attempt goes on; not when it was cancelled.
  bool tell(std::string_view step, std::size_t done, std::size_t total, std::string_view message);

  /// Returns where files may be left, and for how many, of how many bytes, there is room.
  found_files new_files() const;

  /// Takes what was found and left there.
  void take(found_files found);

  /// Makes chunks, and embeddings where they were asked for, and ends the attempt.
  void finish();

  /// Ends the attempt.
  void fail(const job_error& failure) { session_.error(job_, failure); }

  /// Sends all that was said.
  void flush() { session_.flush(); }

private:
  void show_pages();
  std::optional<job_error> embed();
  std::string result_text();
  page_batches::duration elapsed() const;

  handler_job job_;
  handler_session& session_;
  document_parameters wishes_;
  parsed_document document_;
  page_batches batches_{0};
  std::size_t text_bytes_ = 0;
  std::size_t files_ = 0; ///< Artifacts taken, without batches and the last ones.
  std::uint64_t found_bytes_left_ = found_bytes_max;
  bool files_refused_ = false; ///< For want of bytes; said once.
  handler::clock::time_point began_at_ = handler::clock::now();
  handler::clock::time_point told_at_{};
};

} // namespace dure::node
