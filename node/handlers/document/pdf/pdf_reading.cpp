#include "node/handlers/document/pdf/pdf_reading.hpp"

#include "node/handlers/document/document_limits.hpp"
#include "node/handlers/document/letter_reader.hpp"
#include "node/handlers/document/pdf/content_size.hpp"
#include "node/handlers/document/pdf/page_raster.hpp"
#include "node/handlers/document/pdf/pdf_attachments.hpp"
#include "node/handlers/document/pdf/pdf_complaints.hpp"
#include "node/handlers/document/pdf/pdf_document.hpp"
#include "node/handlers/document/pdf/pdf_images.hpp"
#include "node/handlers/document/pdf/pdf_outline.hpp"
#include "node/handlers/document/stall_watch.hpp"

#include <algorithm>
#include <unistd.h>

namespace dure::node {

namespace {

using std::chrono::seconds;

/// CPU time of one page's text, images or picture: poppler is asked to leave the page.
constexpr seconds page_cpu_max{20};
constexpr seconds letters_within{60};
constexpr seconds letters_cpu_max{90};
constexpr std::uint64_t content_bytes_max = std::uint64_t{256} << 20;

page_patience new_patience() {
  return {own_cpu_time() + page_cpu_max, std::chrono::steady_clock::now() + page_cpu_max};
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\f") == std::string::npos;
}

/// Goes through one document page by page.
class pdf_reading {
public:
  explicit pdf_reading(document_run& run)
      : run_{run}, watch_{document_memory_max, [this](stall why) { give_up(why); }} {}

  std::optional<job_error> read() {
    auto opened = watch_.during(stall_cpu_max, [this] {
      return pdf_document::open(run_.input_path(), run_.wishes().password);
    });
    if (const auto* failed = std::get_if<job_error>(&opened))
      return *failed;
    auto& document = std::get<pdf_document>(opened);
    if (auto failed = run_.begin(document.page_count()))
      return failed;
    read_frame(document);
    pdf_images images{document.inside()};
    page_raster raster{document.inside()};
    for (page_ = 1; page_ <= document.page_count(); ++page_)
      if (auto failed = read_page(document, images, raster))
        return failed;
    for (std::string& complaint : complaints_.all())
      run_.warn(std::move(complaint));
    return std::nullopt;
  }

private:
  /// What belongs to the document as a whole.
  void read_frame(pdf_document& document) {
    parsed_document frame;
    found_files found = run_.new_files();
    watch_.during(stall_cpu_max, [&] {
      frame.metadata = document.metadata();
      frame.outline = outline_of(document.inside());
      gather_attachments(document.inside(), 0, found);
    });
    run_.document().metadata = std::move(frame.metadata);
    run_.document().outline = std::move(frame.outline);
    run_.take(std::move(found));
  }

  std::optional<job_error> read_page(pdf_document& document, pdf_images& images,
                                     page_raster& raster) {
    page_text page{page_, {}, {}};
    const char* wrong = watch_.during(stall_cpu_max, [&] { return read_text(document, page); });
    if (wrong != nullptr) {
      fail_page(wrong);
      return run_.add(std::move(page));
    }
    if (is_blank(page.text))
      if (auto failed = read_letters(raster, page))
        return failed;
    found_files found = run_.new_files();
    const std::size_t listed = run_.document().attachments.size();
    watch_.during(3 * stall_cpu_max, [&] {
      gather_attachments(document.inside(), page_, listed, found);
      if (run_.wishes().use_multimodal)
        draw(images, raster, found);
    });
    run_.take(std::move(found));
    return run_.add(std::move(page));
  }

  /// Returns what is wrong with the page, if anything.
  const char* read_text(pdf_document& document, page_text& page) const {
    if (!document.has_page(page_))
      return "unreadable";
    if (is_content_larger(document.inside(), page_, content_bytes_max))
      return "decompressed_too_large";
    auto patience = new_patience();
    page.label = document.label(page_);
    page.text = document.text(page_, patience);
    return patience.lost ? "too_slow" : nullptr;
  }

  void fail_page(std::string_view code) {
    const std::string_view what = code == "too_slow" ? "it takes more computing than a page may"
                                  : code == "decompressed_too_large"
                                      ? "its operators are more than 256 MiB"
                                      : "poppler cannot find it";
    run_.fail_page(page_, code, what);
  }

  void draw(pdf_images& images, page_raster& raster, found_files& found) const {
    auto patience = new_patience();
    images.gather(page_, patience, found);
    const std::string name = "thumbnail-" + std::to_string(page_) + ".png";
    const auto path = found.room_for(name);
    patience = new_patience();
    const auto size = path ? raster.thumbnail(page_, *path, patience) : std::nullopt;
    if (path && !size)
      found.warnings.push_back("page " + std::to_string(page_) + ": no_thumbnail");
    if (!size || !found.keep({name, "image/png"}))
      return;
    found.thumbnails.push_back(
        {{"page", page_}, {"artifact", name}, {"width", size->first}, {"height", size->second}});
  }

  /// Reads a page that has no text as a picture. Fails only when it must and cannot.
  std::optional<job_error> read_letters(page_raster& raster, page_text& page) {
    if (run_.wishes().ocr == ocr_wish::never || !open_letters())
      return letters_missing_ && run_.wishes().ocr == ocr_wish::required
                 ? std::optional{job_error{"ocr_unavailable", *letters_missing_ + ".", false}}
                 : std::nullopt;
    const auto number = static_cast<std::size_t>(page_);
    const auto count = static_cast<std::size_t>(run_.document().page_count);
    run_.tell("ocr", number - 1, count,
              std::to_string(page_) + "/" + std::to_string(count) + " 페이지 문자 인식 중...");
    const bool read = watch_.during(letters_cpu_max + stall_cpu_max, [&] {
      auto patience = new_patience();
      const auto picture = raster.for_reading(page_, patience);
      const auto text = picture ? letters_->read(*picture, letters_within) : std::string{};
      page.text = text.value_or(page.text);
      return text.has_value() && !patience.lost;
    });
    if (!read)
      run_.fail_page(page_, "ocr_too_slow", "its letters could not be read in time");
    return std::nullopt;
  }

  bool open_letters() {
    if (letters_ || letters_missing_)
      return letters_.has_value();
    auto opened = letter_reader::open(run_.wishes().ocr_languages);
    if (const auto* missing = std::get_if<std::string>(&opened)) {
      letters_missing_ = *missing;
      run_.warn("page " + std::to_string(page_) + ": no_text: it has none, and " + *missing);
      return false;
    }
    letters_.emplace(std::move(std::get<letter_reader>(opened)));
    return true;
  }

  /// Called on the watch's thread while ours is stuck in poppler.
  [[noreturn]] void give_up(stall why) {
    if (run_.document().pages.empty()) {
      run_.fail(failure_of(why));
    } else {
      run_.fail_page(page_, failure_of(why).code, "nothing after it was read");
      run_.finish();
    }
    run_.flush();
    ::_exit(0);
  }

  document_run& run_;
  int page_ = 0;
  std::optional<letter_reader> letters_;
  std::optional<std::string> letters_missing_;
  pdf_complaints complaints_;
  stall_watch watch_; ///< Last: it ends before what it looks at.
};

} // namespace

void read_pdf(document_run& run) {
  pdf_reading reading{run};
  if (const auto failed = reading.read())
    return run.fail(*failed);
  run.finish();
}

} // namespace dure::node
