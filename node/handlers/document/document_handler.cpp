#include "node/handlers/document/document_handler.hpp"

#include "actors/core/file_type.hpp"
#include "node/handlers/document/document_run.hpp"
#include "node/handlers/document/pdf/pdf_reading.hpp"
#include "node/handlers/document/text/text_reading.hpp"
#include "node/sandbox/handler_main.hpp"

#include <cstdlib>
#include <fstream>

namespace dure::node {

namespace {

std::string head_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string head(file_head_bytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

void read_document(document_run& run) {
  const std::string head = head_of(run.input_path());
  if (head.empty())
    return run.fail({"empty_file", "The file is empty.", false});
  const file_type type = detect_file_type(head);
  const text_encoding encoding = detect_text_encoding(head);
  if (type.extension == "pdf")
    read_pdf(run);
  else if (type.media_type.starts_with("text/"))
    read_text_document(run, type, encoding);
  else
    run.fail({"unsupported_type",
              "A file of type " + std::string{type.media_type} + " is not read as a document.",
              false});
}

/// What a job that says nothing about it gets on this node.
document_parameters defaults_of_node() {
  document_parameters defaults;
  const char* const ocr = std::getenv("DURE_OCR");
  if (ocr != nullptr && std::string_view{ocr} == "off")
    defaults.ocr = ocr_wish::never;
  return defaults;
}

class document_handler final : public handler {
public:
  void start(handler_job job, handler_session& session) override {
    const auto path = job.input.is_object() ? job.input.value("path", "") : std::string{};
    if (path.empty() || job.scratch.empty())
      return session.error(job, {"invalid_input", "A file is needed.", false});
    auto wishes = parse_parameters(job.params, defaults_of_node());
    if (const auto* wrong = std::get_if<job_error>(&wishes))
      return session.error(job, *wrong);
    document_run run{std::move(job), session, std::get<document_parameters>(std::move(wishes))};
    read_document(run);
  }
};

} // namespace

int run_document() {
  document_handler works;
  return handler_main(works, {"document.parse"}, 1);
}

} // namespace dure::node
