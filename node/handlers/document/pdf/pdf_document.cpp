#include "node/handlers/document/pdf_document.hpp"

#include "node/handlers/document/utf16.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>
#include <string_view>

namespace dure::node {

namespace {

constexpr std::size_t warnings_max = 20;
constexpr std::size_t warning_bytes_max = 200;
/// Where readers look for the header and the end marker (PDF 32000-1, annex H.3).
constexpr std::size_t marker_window = 1'024;
/// Some writers fill the last block of a file with zeros.
constexpr std::streamoff padding_max = 64 * 1'024;

job_error failure(std::string code, std::string message) {
  return {std::move(code), std::move(message), false};
}

/// What the bytes alone tell.
struct file_marks {
  bool empty = false;
  bool has_header = false;
  bool has_end = false;
};

std::string read_at(std::ifstream& file, std::streamoff offset, std::streamoff length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  file.seekg(offset);
  file.read(bytes.data(), length);
  return bytes;
}

bool has_end_marker(std::string tail) {
  tail.erase(tail.find_last_not_of(std::string_view{"\0\t\n\f\r ", 6}) + 1);
  const std::string_view end =
      std::string_view{tail}.substr(tail.size() - std::min(tail.size(), marker_window));
  return end.find("%%EOF") != std::string_view::npos ||
         end.find("startxref") != std::string_view::npos;
}

file_marks look_at(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary | std::ios::ate};
  const std::streamoff size = file ? std::streamoff{file.tellg()} : 0;
  if (size <= 0)
    return {true, false, false};
  const auto head_length = std::min<std::streamoff>(size, marker_window);
  const auto tail_length = std::min(size, padding_max);
  return {false, read_at(file, 0, head_length).find("%PDF-") != std::string::npos,
          has_end_marker(read_at(file, size - tail_length, tail_length))};
}

std::string text_of(const poppler::ustring& text) {
  return utf8_of({text.data(), text.size()});
}

std::string rfc3339(std::time_t time) {
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&time, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
    return {};
  return text.data();
}

/// A password that was given though none is needed does no harm.
std::unique_ptr<poppler::document> load(const std::filesystem::path& path,
                                        const std::string& password) {
  const auto load_with = [&path](const std::string& tried) {
    return std::unique_ptr<poppler::document>{
        poppler::document::load_from_file(path.string(), tried, tried)};
  };
  auto document = load_with(password);
  return document && document->is_locked() && !password.empty() ? load_with("")
                                                                : std::move(document);
}

void keep_warning(const std::string& message, void* warnings) {
  auto& kept = *static_cast<std::vector<std::string>*>(warnings);
  const std::string shown = message.substr(0, std::min(message.find('\n'), warning_bytes_max));
  if (kept.size() < warnings_max && std::find(kept.begin(), kept.end(), shown) == kept.end())
    kept.push_back(shown);
}

void drop_warning(const std::string&, void*) {}

} // namespace

struct pdf_document::state {
  std::unique_ptr<poppler::document> document;
  std::vector<std::string> warnings;

  state() { poppler::set_debug_error_function(keep_warning, &warnings); }

  ~state() { poppler::set_debug_error_function(drop_warning, nullptr); }
};

std::variant<pdf_document, job_error> pdf_document::open(const std::filesystem::path& path,
                                                         const std::string& password) {
  const file_marks marks = look_at(path);
  if (marks.empty)
    return failure("empty_file", "The file is empty.");
  auto opened = std::make_unique<state>();
  opened->document = load(path, password);
  if (!opened->document && !marks.has_header)
    return failure("not_a_pdf", "The file is not a PDF.");
  if (!opened->document)
    return failure("damaged", "The file is damaged and cannot be read.");
  if (opened->document->is_locked())
    return password.empty()
               ? failure("encrypted", "The document is encrypted; a password is needed.")
               : failure("wrong_password", "The password does not open the document.");
  if (!marks.has_end)
    return failure("damaged", "The file has no end: it was probably cut off.");
  if (opened->document->pages() <= 0)
    return failure("damaged", "The document has no page that can be read.");
  return pdf_document{std::move(opened)};
}

pdf_document::pdf_document(std::unique_ptr<state> opened) : state_{std::move(opened)} {}

pdf_document::~pdf_document() = default;
pdf_document::pdf_document(pdf_document&&) noexcept = default;
pdf_document& pdf_document::operator=(pdf_document&&) noexcept = default;

int pdf_document::page_count() const {
  return state_->document->pages();
}

std::map<std::string, std::string> pdf_document::metadata() const {
  static constexpr std::array<std::pair<const char*, const char*>, 6> texts{
      {{"title", "Title"},
       {"author", "Author"},
       {"subject", "Subject"},
       {"keywords", "Keywords"},
       {"creator", "Creator"},
       {"producer", "Producer"}}};
  static constexpr std::array<std::pair<const char*, const char*>, 2> dates{
      {{"created_at", "CreationDate"}, {"modified_at", "ModDate"}}};
  const poppler::document& document = *state_->document;
  std::map<std::string, std::string> found;
  for (const auto& [name, key] : texts)
    found[name] = text_of(document.info_key(key));
  for (const auto& [name, key] : dates)
    if (const std::time_t time = document.info_date_t(key); time != std::time_t{-1})
      found[name] = rfc3339(time);
  int major = 0;
  int minor = 0;
  document.get_pdf_version(&major, &minor);
  found["pdf_version"] = std::to_string(major) + "." + std::to_string(minor);
  std::erase_if(found, [](const auto& entry) { return entry.second.empty(); });
  return found;
}

pdf_page pdf_document::page(int index) {
  const std::unique_ptr<poppler::page> page{state_->document->create_page(index)};
  if (!page) {
    keep_warning("page " + std::to_string(index + 1) + " cannot be read", &state_->warnings);
    return {};
  }
  std::string text =
      text_of(page->text(poppler::rectf(), poppler::page::non_raw_non_physical_layout));
  if (text.ends_with('\f')) // poppler ends a page with it; ours only stands between pages.
    text.pop_back();
  return {text_of(page->label()), std::move(text)};
}

const std::vector<std::string>& pdf_document::warnings() const {
  return state_->warnings;
}

} // namespace dure::node
