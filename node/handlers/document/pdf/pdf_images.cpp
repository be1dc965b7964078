#include "node/handlers/document/pdf/pdf_images.hpp"

#include "node/handlers/document/pdf/stream_file.hpp"

#include <GfxState.h>
#include <OutputDev.h>
#include <PDFDoc.h>
#include <Stream.h>
#include <cstdio>
#include <goo/PNGWriter.h>
#include <set>

namespace dure::node {

namespace {

constexpr int side_min = 32;
constexpr std::int64_t pixels_max = 64'000'000;
constexpr std::uint64_t jpeg_bytes_max = std::uint64_t{64} << 20;
constexpr double resolution = 72;

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

bool shows_as_it_is(const GfxImageColorMap& colours) {
  return colours.isOk() && colours.getBits() == 8 &&
         (colours.getNumPixelComps() == 1 || colours.getNumPixelComps() == 3);
}

bool has_plain_colours(GfxImageColorMap& colours) {
  const auto mode = colours.getColorSpace()->getMode();
  return mode == csDeviceGray || mode == csDeviceRGB || mode == csCalGray || mode == csCalRGB ||
         mode == csICCBased;
}

bool write_png(Stream& pixels, int width, int height, GfxImageColorMap& colours,
               const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, close_file> file{std::fopen(path.c_str(), "wbe")};
  PNGWriter png{PNGWriter::RGB};
  if (!file || !png.init(file.get(), width, height, resolution, resolution))
    return false;
  ImageStream lines{&pixels, width, colours.getNumPixelComps(), colours.getBits()};
  std::vector<unsigned char> row(static_cast<std::size_t>(width) * 3);
  unsigned char* const begin = row.data();
  lines.reset();
  bool written = true;
  for (int y = 0; y < height && written; ++y) {
    unsigned char* const line = lines.getLine();
    written = line != nullptr;
    if (written) {
      colours.getRGBLine(line, begin, width);
      unsigned char* rows[] = {begin};
      written = png.writeRow(rows);
    }
  }
  lines.close();
  return written && png.close();
}

} // namespace

/// Hears of every image that a page shows.
class pdf_images::device final : public OutputDev {
public:
  void begin(int page, found_files& found) {
    page_ = page;
    index_ = 0;
    found_ = &found;
  }

  bool upsideDown() override { return true; }

  bool useDrawChar() override { return false; }

  bool interpretType3Chars() override { return false; }

  void drawImage(GfxState* state, Object* ref, Stream* pixels, int width, int height,
                 GfxImageColorMap* colours, bool interpolate, const int* mask_colours,
                 bool within_operators) override {
    if (within_operators) // They must be read to their end for the operators to go on.
      return OutputDev::drawImage(state, ref, pixels, width, height, colours, interpolate,
                                  mask_colours, within_operators);
    const bool fresh = ref != nullptr && ref->isRef() && seen_.insert(ref->getRefNum()).second;
    if (fresh && (width >= side_min || height >= side_min) && colours != nullptr && colours->isOk())
      take(*pixels, width, height, *colours);
  }

private:
  void take(Stream& pixels, int width, int height, GfxImageColorMap& colours) {
    const bool jpeg =
        pixels.getKind() == strDCT && shows_as_it_is(colours) && has_plain_colours(colours);
    const std::string name = "image-" + std::to_string(page_) + "-" + std::to_string(index_ + 1) +
                             (jpeg ? ".jpg" : ".png");
    if (width <= 0 || height <= 0 || std::int64_t{width} * height > pixels_max)
      return warn("image_too_large", width, height);
    const auto path = found_->room_for(name);
    if (!path) {
      if (!full_ && !found_->is_spent())
        found_->warnings.push_back("page " + std::to_string(page_) +
                                   ": too_many_images: from here on none is kept");
      full_ = true;
      return;
    }
    const bool written = jpeg ? write_stream(*pixels.getNextStream(), *path, jpeg_bytes_max) > 0
                              : write_png(pixels, width, height, colours, *path);
    if (!written)
      return warn("image_unreadable", width, height);
    const char* const type = jpeg ? "image/jpeg" : "image/png";
    if (!found_->keep({name, type}))
      return;
    ++index_;
    found_->images.push_back({{"page", page_},
                              {"index", index_},
                              {"artifact", name},
                              {"media_type", type},
                              {"width", width},
                              {"height", height}});
  }

  void warn(const std::string& code, int width, int height) {
    found_->warnings.push_back("page " + std::to_string(page_) + ": " + code + ": " +
                               std::to_string(width) + " x " + std::to_string(height));
  }

  int page_ = 0;
  int index_ = 0;
  bool full_ = false;
  found_files* found_ = nullptr; ///< While a page is read.
  std::set<int> seen_;
};

pdf_images::pdf_images(PDFDoc& document)
    : document_{document}, device_{std::make_unique<device>()} {}

pdf_images::~pdf_images() = default;

void pdf_images::gather(int number, page_patience& patience, found_files& found) {
  device_->begin(number, found);
  document_.displayPage(device_.get(), number, resolution, resolution, 0, true, false, false,
                        has_lost_patience, &patience);
}

} // namespace dure::node
