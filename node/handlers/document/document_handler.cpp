#include "node/handlers/document/document_handler.hpp"

#include "node/handlers/document/pdf_document.hpp"
#include "node/sandbox/handler_main.hpp"

#include <fstream>

namespace dure::node {

namespace {

using nlohmann::json;

constexpr int pages_max = 20'000;
/// Of all pages. Escaped as JSON it may be longer, hence the second limit, which stays below what
/// the node takes (pool_settings::result_bytes_max).
constexpr std::size_t text_bytes_max = std::size_t{24} << 20;
constexpr std::size_t result_bytes_max = std::size_t{40} << 20;
constexpr milliseconds progress_interval{100};
constexpr const char* text_path = "out/text.txt";

job_error too_large_text() {
  return {"text_too_large", "The document has more text than can be kept.", false};
}

/// Goes through one document page by page.
class document_reading {
public:
  document_reading(const handler_job& job, handler_session& session, pdf_document document)
      : job_{job}, session_{session}, document_{std::move(document)} {}

  void run() {
    const int count = document_.page_count();
    if (count > pages_max)
      return session_.error(job_,
                            {"too_many_pages",
                             "The document has " + std::to_string(count) + " pages; at most " +
                                 std::to_string(pages_max) + " are read.",
                             false});
    json pages = json::array();
    for (int index = 0; index < count; ++index) {
      if (session_.cancelled(job_))
        return session_.error(job_, {"cancelled", "It was stopped on request.", false});
      pdf_page page = document_.page(index);
      text_ += index == 0 ? "" : "\f";
      text_ += page.text;
      if (text_.size() > text_bytes_max)
        return session_.error(job_, too_large_text());
      pages.push_back(
          {{"page", index + 1}, {"label", std::move(page.label)}, {"text", std::move(page.text)}});
      tell_progress(index + 1, count);
    }
    finish(std::move(pages));
  }

private:
  void tell_progress(int done, int total) {
    const auto now = handler::clock::now();
    if (done < total && now - told_at_ < progress_interval)
      return;
    told_at_ = now;
    session_.progress(job_, static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total),
                      "text",
                      std::to_string(done) + "/" + std::to_string(total) + " 페이지 처리 중...");
    session_.flush();
  }

  void finish(json pages) {
    const json outcome{{"page_count", document_.page_count()},
                       {"metadata", document_.metadata()},
                       {"pages", std::move(pages)},
                       {"warnings", document_.warnings()}};
    const std::string text = outcome.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > result_bytes_max)
      return session_.error(job_, too_large_text());
    if (!write_text())
      return session_.error(job_, {"io_failed", "The text could not be written.", true});
    session_.artifact(job_, "text", text_path, "text/plain; charset=utf-8");
    session_.result(job_, text);
  }

  bool write_text() const {
    std::error_code ignored;
    std::filesystem::create_directories((job_.scratch / text_path).parent_path(), ignored);
    std::ofstream file{job_.scratch / text_path, std::ios::binary | std::ios::trunc};
    file << text_;
    file.close();
    return file.good();
  }

  const handler_job& job_;
  handler_session& session_;
  pdf_document document_;
  std::string text_;
  handler::clock::time_point told_at_{};
};

class document_handler final : public handler {
public:
  void start(handler_job job, handler_session& session) override {
    const auto path = job.input.is_object() ? job.input.value("path", "") : std::string{};
    if (path.empty() || job.scratch.empty())
      return session.error(job, {"invalid_input", "A file is needed.", false});
    const auto password = job.params.find("password");
    const bool given = password != job.params.end() && !password->is_null();
    if (given && !password->is_string())
      return session.error(job, {"invalid_params", "params.password is a text.", false});
    auto opened = pdf_document::open(job.scratch / path, given ? password->get<std::string>() : "");
    if (const auto* failed = std::get_if<job_error>(&opened))
      return session.error(job, *failed);
    document_reading{job, session, std::get<pdf_document>(std::move(opened))}.run();
  }
};

} // namespace

int run_document() {
  document_handler works;
  return handler_main(works, {"document.parse"}, 1);
}

} // namespace dure::node
