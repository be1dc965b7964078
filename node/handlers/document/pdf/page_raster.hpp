#pragma once

#include "node/handlers/document/grey_picture.hpp"
#include "node/handlers/document/pdf/pdf_document.hpp"

#include <filesystem>
#include <optional>
#include <utility>

namespace dure::node {

/// Draws pages as pictures.
class page_raster {
public:
  explicit page_raster(PDFDoc& document) : document_{document} {}

  /// Leaves page `number` as a PNG whose longer side has 512 pixels. Returns its width and height;
  /// nothing when it cannot be drawn.
  std::optional<std::pair<int, int>> thumbnail(int number, const std::filesystem::path& path,
                                               page_patience& patience);

  /// Returns page `number` for reading its letters: 300 pixels in an inch, fewer where that were
  /// more than 25 million. Nothing when it cannot be drawn, or when nothing is on it.
  std::optional<grey_picture> for_reading(int number, page_patience& patience);

private:
  PDFDoc& document_;
};

} // namespace dure::node
