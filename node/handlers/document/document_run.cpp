#include "node/handlers/document/document_run.hpp"

#include "actors/core/limits.hpp"
#include "node/handlers/document/chunks.hpp"
#include "node/handlers/document/embedding/embedding_client.hpp"

#include <fstream>
#include <utility>

namespace dure::node {

namespace {

using nlohmann::json;

constexpr int pages_max = 20'000;
/// Of all pages. Escaped as JSON it may be longer, hence the second limit, which stays below what
/// the node takes (pool_settings::result_bytes_max).
constexpr std::size_t text_bytes_max = std::size_t{24} << 20;
constexpr std::size_t result_bytes_max = std::size_t{40} << 20;
constexpr std::size_t warnings_max = 100;
constexpr std::size_t warning_bytes_max = 300;
constexpr milliseconds progress_interval{100};
constexpr const char* embeddings_name = "embeddings.json";

/// What is left of a job's artifacts for images and files, beside embeddings and batches.
constexpr std::size_t files_max = limits::artifacts_max - page_batches::batches_max - 1;

job_error too_large_text() {
  return {"text_too_large", "The document has more text than can be kept.", false};
}

bool write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << bytes;
  file.close();
  return file.good();
}

} // namespace

document_run::document_run(handler_job job, handler_session& session, document_parameters wishes)
    : job_{std::move(job)}, session_{session}, wishes_{std::move(wishes)} {
  std::error_code ignored;
  std::filesystem::create_directories(job_.scratch / "out", ignored);
}

std::filesystem::path document_run::input_path() const {
  return job_.scratch / job_.input.value("path", "");
}

std::optional<job_error> document_run::begin(int page_count) {
  if (page_count > pages_max)
    return job_error{"too_many_pages",
                     "The document has " + std::to_string(page_count) + " pages; at most " +
                         std::to_string(pages_max) + " are read.",
                     false};
  document_.page_count = page_count;
  batches_ = page_batches{page_count};
  return std::nullopt;
}

std::optional<job_error> document_run::add(page_text page) {
  text_bytes_ += page.text.size() + 1;
  if (text_bytes_ > text_bytes_max)
    return too_large_text();
  document_.pages.push_back(std::move(page));
  const int read = static_cast<int>(document_.pages.size());
  if (batches_.due(read, elapsed()))
    show_pages();
  const auto now = handler::clock::now();
  if (read < document_.page_count && now - told_at_ < progress_interval)
    return std::nullopt;
  told_at_ = now;
  const std::string message =
      std::to_string(read) + "/" + std::to_string(document_.page_count) + " 페이지 처리 중...";
  if (!tell("text", static_cast<std::size_t>(read), static_cast<std::size_t>(document_.page_count),
            message))
    return job_error{"cancelled", "It was stopped on request.", false};
  return std::nullopt;
}

void document_run::fail_page(int number, std::string_view code, std::string_view what) {
  document_.partial = true;
  warn("page " + std::to_string(number) + ": " + std::string{code} + ": " + std::string{what});
}

void document_run::warn(std::string warning) {
  warning = warning.substr(0, std::min(warning.find('\n'), warning_bytes_max));
  if (document_.warnings.size() < warnings_max)
    document_.warnings.push_back(std::move(warning));
}

bool document_run::tell(std::string_view step, std::size_t done, std::size_t total,
                        std::string_view message) {
  session_.progress(job_, done, total, step, message);
  session_.flush();
  return !session_.cancelled(job_);
}

found_files document_run::new_files() const {
  return {job_.scratch / "out", files_max - files_, found_bytes_left_};
}

void document_run::take(found_files found) {
  const auto append = [](auto& to, auto& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  for (const auto& file : found.kept())
    session_.artifact(job_, file.name, "out/" + file.name, file.media_type);
  files_ += found.kept().size();
  found_bytes_left_ = found.bytes_left();
  append(document_.attachments, found.attachments);
  append(document_.images, found.images);
  append(document_.thumbnails, found.thumbnails);
  for (std::string& warning : found.warnings)
    warn(std::move(warning));
  if (found.is_spent() && !std::exchange(files_refused_, true))
    warn("files_too_large: those found are over 1 GiB in sum; from here on none is kept");
}

void document_run::show_pages() {
  const int last = static_cast<int>(document_.pages.size());
  const std::string name =
      "pages-" + std::to_string(batches_.first()) + "-" + std::to_string(last) + ".json";
  json pages = json::array();
  for (int n = batches_.first(); n <= last; ++n)
    pages.push_back(to_json(document_.pages[static_cast<std::size_t>(n) - 1]));
  if (write_file(job_.scratch / "out" / name, text_of(pages)))
    session_.artifact(job_, name, "out/" + name, "application/json");
  session_.flush();
  batches_.shown(last, elapsed());
}

void document_run::finish() {
  document_.chunks = make_chunks(document_.pages, wishes_.chunk_size, wishes_.chunk_overlap);
  if (wishes_.embeddings) {
    if (const auto failed = embed())
      return fail(*failed);
  }
  const std::string text = result_text();
  if (text.size() > result_bytes_max)
    return fail(too_large_text());
  session_.result(job_, text);
}

std::optional<job_error> document_run::embed() {
  const auto say = [this](std::size_t done, std::size_t total) {
    return tell("embeddings", done, total,
                std::to_string(done) + "/" + std::to_string(total) + " 임베딩 생성 중...");
  };
  auto made = embed_chunks(document_.chunks, wishes_.embedding_model, say);
  if (const auto* failed = std::get_if<job_error>(&made))
    return *failed;
  const auto& vectors = std::get<embeddings>(made);
  if (!write_file(job_.scratch / "out" / embeddings_name, text_of(to_json(vectors))))
    return job_error{"io_failed", "The embeddings could not be written.", true};
  session_.artifact(job_, embeddings_name, std::string{"out/"} + embeddings_name,
                    "application/json");
  document_.embeddings = {{"artifact", embeddings_name},
                          {"model", vectors.model},
                          {"count", vectors.of_chunks.size()},
                          {"dimensions", vectors.dimensions()}};
  return std::nullopt;
}

/// Chunks hold the text a second time; of a very large document they are left out.
std::string document_run::result_text() {
  std::string text = text_of(to_json(document_));
  if (text.size() <= result_bytes_max || document_.chunks.empty())
    return text;
  document_.chunks.clear();
  warn("chunks_left_out: the document has too much text for them");
  return text_of(to_json(document_));
}

page_batches::duration document_run::elapsed() const {
  return std::chrono::duration_cast<page_batches::duration>(handler::clock::now() - began_at_);
}

} // namespace dure::node
