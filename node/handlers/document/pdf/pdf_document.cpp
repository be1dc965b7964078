#include "node/handlers/document/pdf/pdf_document.hpp"

#include "node/handlers/document/pdf/pdf_marks.hpp"
#include "node/handlers/document/pdf/pdf_text.hpp"
#include "node/handlers/document/stall_watch.hpp"

#include <Catalog.h>
#include <ErrorCodes.h>
#include <PDFDoc.h>
#include <Page.h>
#include <TextOutputDev.h>
#include <array>
#include <ctime>
#include <optional>
#include <poppler-document.h>
#include <poppler-page.h>
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

std::unique_ptr<poppler::document> load(const std::filesystem::path& path,
                                        const std::string& password) {
  return std::unique_ptr<poppler::document>{
      poppler::document::load_from_file(path.string(), password, password)};
}

std::unique_ptr<PDFDoc> load_inside(const std::filesystem::path& path,
                                    const std::string& password) {
  const std::optional<GooString> known{GooString{password}};
  return std::make_unique<PDFDoc>(std::make_unique<GooString>(path.string()), known, known);
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
  state(std::unique_ptr<poppler::document> opened, std::unique_ptr<PDFDoc> opened_inside)
      : document{std::move(opened)}, inside{std::move(opened_inside)} {
    device.setTextPageBreaks(false);
  }

  std::string text_of(const char* key) const {
    if (auto certain = utf8_of(document->info_key(key)))
      return *certain;
    const auto bytes = inside->getDocInfoStringEntry(key);
    return bytes ? utf8_of_text_string(bytes->toStr()) : "";
  }

  std::unique_ptr<poppler::document> document; ///< First: poppler's tables go with it.
  std::unique_ptr<PDFDoc> inside;
  std::string text;
  TextOutputDev device{append_text, &text, false, 0, false};
};

std::variant<pdf_document, job_error> pdf_document::open(const std::filesystem::path& path,
                                                         const std::string& password) {
  auto document = load(path, password);
  // A password that was given though none is needed does no harm.
  const bool needless =
      document && document->is_locked() && !password.empty() && !document->unlock("", "");
  auto inside = document && !document->is_locked() ? load_inside(path, needless ? "" : password)
                                                   : std::unique_ptr<PDFDoc>{};
  // poppler-cpp takes a password up to its first zero.
  if (document && (!inside || inside->getErrorCode() == errEncrypted))
    return password.empty()
               ? failure("encrypted", "The document is encrypted; a password is needed.")
               : failure("wrong_password", "The password does not open the document.");
  if (!inside || !inside->isOk())
    return failure("damaged", "The file is damaged and cannot be read.");
  if (!look_at_pdf(path).has_end)
    return failure("damaged", "The file has no end: it was probably cut off.");
  if (document->pages() <= 0)
    return failure("damaged", "The document has no page that can be read.");
  return pdf_document{std::make_unique<state>(std::move(document), std::move(inside))};
}

pdf_document::pdf_document(std::unique_ptr<state> opened) : state_{std::move(opened)} {}

pdf_document::~pdf_document() = default;
pdf_document::pdf_document(pdf_document&&) noexcept = default;
pdf_document& pdf_document::operator=(pdf_document&&) noexcept = default;

int pdf_document::page_count() const {
  return state_->document->pages();
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
  const poppler::document& document = *state_->document;
  std::map<std::string, nlohmann::json> found;
  const auto keep = [&found](const char* name, std::string value) {
    while (!value.empty() && static_cast<unsigned char>(value.back()) <= ' ')
      value.pop_back(); // Some writers count a final zero.
    if (!value.empty())
      found[name] = std::move(value);
  };
  for (const auto& [name, key] : texts)
    keep(name, state_->text_of(key));
  for (const auto& [name, key] : dates)
    if (const std::time_t time = document.info_date_t(key); time != std::time_t{-1})
      keep(name, rfc3339(time));
  int major = 0;
  int minor = 0;
  document.get_pdf_version(&major, &minor);
  keep("pdf_version", std::to_string(major) + "." + std::to_string(minor));
  return found;
}

bool pdf_document::has_page(int number) const {
  const Page* page = state_->inside->getPage(number);
  return page != nullptr && page->isOk();
}

std::string pdf_document::label(int number) const {
  const std::unique_ptr<poppler::page> page{state_->document->create_page(number - 1)};
  if (auto certain = page ? utf8_of(page->label()) : std::nullopt)
    return *certain;
  GooString bytes;
  return state_->inside->getCatalog()->indexToLabel(number - 1, &bytes)
             ? utf8_of_text_string(bytes.toStr())
             : "";
}

std::string pdf_document::text(int number, page_patience& patience) {
  state_->text.clear();
  state_->inside->displayPage(&state_->device, number, text_resolution, text_resolution, 0, true,
                              false, false, has_lost_patience, &patience);
  make_valid_utf8(state_->text);
  return std::exchange(state_->text, {});
}

PDFDoc& pdf_document::inside() {
  return *state_->inside;
}

} // namespace dure::node
