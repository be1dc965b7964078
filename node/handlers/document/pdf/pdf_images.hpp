#pragma once

#include "node/handlers/document/found_files.hpp"
#include "node/handlers/document/pdf/pdf_document.hpp"

#include <memory>

namespace dure::node {

/// Leaves the images of pages as files: a JPEG as it is, any other as PNG. Each image counts once,
/// where it is shown first. Left out are stencils, images within the operators of a page, those of
/// less than 32 pixels on both sides, and, with a warning, those of more than 64 million pixels.
class pdf_images {
public:
  explicit pdf_images(PDFDoc& document);
  ~pdf_images();

  /// Adds those of page `number` as {page, index, artifact, media_type, width, height}, named
  /// `image-<page>-<index>`.
  void gather(int number, page_patience& patience, found_files& found);

private:
  class device;
  PDFDoc& document_;
  std::unique_ptr<device> device_;
};

} // namespace dure::node
