#include "node/handlers/document/pdf/pdf_document.hpp"

#include "node/handlers/document/pdf/pdf_marks.hpp"
#include "node/handlers/document/pdf/pdf_text.hpp"
#include "node/handlers/document/stall_watch.hpp"

#include <Catalog.h>
#include <DateInfo.h>
#include <ErrorCodes.h>
#include <GlobalParams.h>
#include <PDFDoc.h>
#include <Page.h>
#include <TextOutputDev.h>
#include <array>
#include <ctime>
#include <optional>
#include <utility>

namespace dure::node {

namespace {

/// pdftotext's: one unit is one point.
constexpr double text_resolution = 72;

job_error failure(std::string code, std::string message) {
  return {std::move(code), std::move(message), false};
}

std::string rfc3339(std::time_t time) {
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&time, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
    return {};
  return text.data();
}

bool is_locked(PDFDoc& document) {
  return !document.isOk() && document.getErrorCode() == errEncrypted;
}

std::unique_ptr<PDFDoc> load_with(const std::filesystem::path& path, const std::string& password) {
  const std::optional<GooString> tried{GooString{password}};
  return std::make_unique<PDFDoc>(std::make_unique<GooString>(path.string()), tried, tried);
}

/// A password that was given though none is needed does no harm.
std::unique_ptr<PDFDoc> load(const std::filesystem::path& path, const std::string& password) {
  if (!globalParams) // poppler's one global; the process has one thread that reads.
    globalParams = std::make_unique<GlobalParams>();
  auto document = load_with(path, password);
  return is_locked(*document) && !password.empty() ? load_with(path, "") : std::move(document);
}

void append_text(void* into, const char* text, int length) {
  static_cast<std::string*>(into)->append(text, static_cast<std::size_t>(length));
}

} // namespace

bool has_lost_patience(void* patience) {
  auto& of = *static_cast<page_patience*>(patience);
  of.lost =
      of.lost || (std::chrono::steady_clock::now() > of.earliest && own_cpu_time() > of.until);
  return of.lost;
}

struct pdf_document::state {
  explicit state(std::unique_ptr<PDFDoc> opened) : document{std::move(opened)} {
    device.setTextPageBreaks(false);
  }

  std::unique_ptr<PDFDoc> document;
  std::string text;
  TextOutputDev device{append_text, &text, false, 0, false};
};

std::variant<pdf_document, job_error> pdf_document::open(const std::filesystem::path& path,
                                                         const std::string& password) {
  auto document = load(path, password);
  if (is_locked(*document))
    return password.empty()
               ? failure("encrypted", "The document is encrypted; a password is needed.")
               : failure("wrong_password", "The password does not open the document.");
  if (!document->isOk())
    return failure("damaged", "The file is damaged and cannot be read.");
  if (!look_at_pdf(path).has_end)
    return failure("damaged", "The file has no end: it was probably cut off.");
  if (document->getNumPages() <= 0)
    return failure("damaged", "The document has no page that can be read.");
  return pdf_document{std::make_unique<state>(std::move(document))};
}

pdf_document::pdf_document(std::unique_ptr<state> opened) : state_{std::move(opened)} {}

pdf_document::~pdf_document() = default;
pdf_document::pdf_document(pdf_document&&) noexcept = default;
pdf_document& pdf_document::operator=(pdf_document&&) noexcept = default;

int pdf_document::page_count() const {
  return state_->document->getNumPages();
}

std::map<std::string, nlohmann::json> pdf_document::metadata() const {
  static constexpr std::array<std::pair<const char*, const char*>, 6> texts{
      {{"title", "Title"},
       {"author", "Author"},
       {"subject", "Subject"},
       {"keywords", "Keywords"},
       {"creator", "Creator"},
       {"producer", "Producer"}}};
  static constexpr std::array<std::pair<const char*, const char*>, 2> dates{
      {{"created_at", "CreationDate"}, {"modified_at", "ModDate"}}};
  PDFDoc& document = *state_->document;
  std::map<std::string, nlohmann::json> found;
  const auto keep = [&found](const char* name, std::string value) {
    while (!value.empty() && static_cast<unsigned char>(value.back()) <= ' ')
      value.pop_back(); // Some writers count a final zero.
    if (!value.empty())
      found[name] = std::move(value);
  };
  for (const auto& [name, key] : texts)
    if (const auto value = document.getDocInfoStringEntry(key))
      keep(name, utf8_of_text_string(value->toStr()));
  for (const auto& [name, key] : dates)
    if (const auto value = document.getDocInfoStringEntry(key))
      if (const std::time_t time = dateStringToTime(value.get()); time != std::time_t{-1})
        keep(name, rfc3339(time));
  keep("pdf_version", std::to_string(document.getPDFMajorVersion()) + "." +
                          std::to_string(document.getPDFMinorVersion()));
  return found;
}

bool pdf_document::has_page(int number) const {
  const Page* page = state_->document->getPage(number);
  return page != nullptr && page->isOk();
}

std::string pdf_document::label(int number) const {
  GooString label;
  if (!state_->document->getCatalog()->indexToLabel(number - 1, &label))
    return {};
  return utf8_of_text_string(label.toStr());
}

std::string pdf_document::text(int number, page_patience& patience) {
  state_->text.clear();
  state_->document->displayPage(&state_->device, number, text_resolution, text_resolution, 0, true,
                                false, false, has_lost_patience, &patience);
  make_valid_utf8(state_->text);
  return std::exchange(state_->text, {});
}

PDFDoc& pdf_document::inside() {
  return *state_->document;
}

} // namespace dure::node
