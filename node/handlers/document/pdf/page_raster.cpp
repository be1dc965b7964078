#include "node/handlers/document/pdf/page_raster.hpp"

#include <PDFDoc.h>
#include <SplashOutputDev.h>
#include <algorithm>
#include <cmath>
#include <splash/SplashBitmap.h>
#include <splash/SplashErrorCodes.h>

namespace dure::node {

namespace {

constexpr double points_per_inch = 72;
constexpr double thumbnail_pixels = 512;
constexpr double reading_resolution = 300;
constexpr double reading_resolution_min = 20;
constexpr double reading_pixels_max = 25e6;

struct page_size {
  double width;
  double height;
};

/// Sizes without sense would overflow what is derived from them.
std::optional<page_size> size_of(PDFDoc& document, int number) {
  const page_size size{document.getPageCropWidth(number), document.getPageCropHeight(number)};
  const bool sensible = std::isfinite(size.width) && std::isfinite(size.height) &&
                        size.width >= 1 && size.height >= 1 && size.width <= 1e6 &&
                        size.height <= 1e6;
  return sensible ? std::optional{size} : std::nullopt;
}

/// Draws a page. Returns whether it was drawn to its end and has pixels.
bool draw(PDFDoc& document, SplashOutputDev& device, int number, double resolution,
          page_patience& patience) {
  device.startDoc(&document);
  document.displayPage(&device, number, resolution, resolution, 0, false, true, false,
                       has_lost_patience, &patience);
  const SplashBitmap* bitmap = device.getBitmap();
  return !patience.lost && bitmap != nullptr && bitmap->getDataPtr() != nullptr &&
         bitmap->getWidth() > 0 && bitmap->getHeight() > 0;
}

} // namespace

std::optional<std::pair<int, int>>
page_raster::thumbnail(int number, const std::filesystem::path& path, page_patience& patience) {
  const auto size = size_of(document_, number);
  if (!size)
    return std::nullopt;
  const double resolution =
      points_per_inch * thumbnail_pixels / std::max(size->width, size->height);
  SplashColor white = {255, 255, 255};
  SplashOutputDev device{splashModeRGB8, 4, false, white};
  if (!draw(document_, device, number, resolution, patience))
    return std::nullopt;
  SplashBitmap& bitmap = *device.getBitmap();
  if (bitmap.writeImgFile(splashFormatPng, path.c_str(), resolution, resolution) != splashOk)
    return std::nullopt;
  return std::pair{bitmap.getWidth(), bitmap.getHeight()};
}

std::optional<grey_picture> page_raster::for_reading(int number, page_patience& patience) {
  const auto size = size_of(document_, number);
  if (!size)
    return std::nullopt;
  const double square_inches = size->width * size->height / (points_per_inch * points_per_inch);
  const double resolution =
      std::min(reading_resolution, std::sqrt(reading_pixels_max / square_inches));
  SplashColor white = {255};
  SplashOutputDev device{splashModeMono8, 1, false, white};
  if (resolution < reading_resolution_min || !draw(document_, device, number, resolution, patience))
    return std::nullopt;
  const SplashBitmap& bitmap = *device.getBitmap();
  grey_picture picture{bitmap.getWidth(), bitmap.getHeight(), static_cast<int>(resolution), {}};
  for (int y = 0; y < picture.height; ++y) {
    const unsigned char* row = bitmap.getDataPtr() + std::ptrdiff_t{bitmap.getRowSize()} * y;
    picture.pixels.insert(picture.pixels.end(), row, row + picture.width);
  }
  const auto [darkest, lightest] =
      std::minmax_element(picture.pixels.begin(), picture.pixels.end());
  return *darkest != *lightest ? std::optional{std::move(picture)} : std::nullopt;
}

} // namespace dure::node
