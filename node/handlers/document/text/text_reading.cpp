#include "node/handlers/document/text/text_reading.hpp"

#include "node/handlers/document/document_limits.hpp"
#include "node/handlers/document/stall_watch.hpp"
#include "node/handlers/document/text/csv_text.hpp"
#include "node/handlers/document/text/decoded_text.hpp"
#include "node/handlers/document/text/html_text.hpp"
#include "node/handlers/document/text/markdown_text.hpp"

#include <fstream>
#include <unistd.h>

namespace dure::node {

namespace {

/// A tree of HTML or Markdown takes up to fifty times as much memory.
constexpr std::size_t bytes_max = std::size_t{24} << 20;

std::optional<std::string> read_input(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string bytes;
  bytes.resize(bytes_max + 1);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes.size() <= bytes_max ? std::optional{std::move(bytes)} : std::nullopt;
}

text_findings findings_of_plain(std::string text) {
  text_findings found;
  found.text = std::move(text);
  return found;
}

/// Returns the pages of a text that has form feeds between them.
std::vector<std::string> split_pages(const std::string& text) {
  std::vector<std::string> pages;
  std::size_t begin = 0;
  for (auto end = text.find('\f'); end != std::string::npos; end = text.find('\f', begin)) {
    pages.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < text.size() || pages.empty())
    pages.push_back(text.substr(begin));
  return pages;
}

std::optional<job_error> give(document_run& run, text_findings found, bool has_pages) {
  const auto pages = has_pages ? split_pages(found.text) : std::vector{std::move(found.text)};
  if (auto failed = run.begin(static_cast<int>(pages.size())))
    return failed;
  run.document().outline = std::move(found.outline);
  for (auto& [name, value] : found.metadata)
    run.document().metadata[name] = std::move(value);
  int number = 0;
  for (const std::string& text : pages)
    if (auto failed = run.add({++number, {}, text}))
      return failed;
  return std::nullopt;
}

text_findings findings_of(std::string text, const file_type& type) {
  if (type.extension == "html")
    return html_text(text);
  if (type.extension == "md")
    return markdown_text(std::move(text));
  if (type.extension == "csv")
    return csv_text(std::move(text));
  return findings_of_plain(std::move(text));
}

/// Called on the watch's thread while ours is stuck.
[[noreturn]] void give_up(document_run& run, stall why) {
  run.fail(failure_of(why));
  run.flush();
  ::_exit(0);
}

std::optional<job_error> read(document_run& run, const file_type& type, text_encoding encoding) {
  const auto bytes = read_input(run.input_path());
  if (!bytes)
    return job_error{"too_large", "A text of more than 24 MiB is not read.", false};
  decoded_text text = decode_text(*bytes, encoding);
  if (text.replaced > 0)
    run.warn("undecodable: " + std::to_string(text.replaced) + " characters are not " +
             text.encoding);
  run.document().metadata["encoding"] = text.encoding;
  run.document().metadata["format"] = type.media_type;
  stall_watch watch{document_memory_max, [&run](stall why) { give_up(run, why); }};
  auto found = watch.during(stall_cpu_max,
                            [&text, &type] { return findings_of(std::move(text.utf8), type); });
  return give(run, std::move(found), type.extension == "txt");
}

} // namespace

void read_text_document(document_run& run, const file_type& type, text_encoding encoding) {
  if (const auto failed = read(run, type, encoding))
    return run.fail(*failed);
  run.finish();
}

} // namespace dure::node
