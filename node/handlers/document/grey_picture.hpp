#pragma once

#include <vector>

namespace dure::node {

/// Grey pixels, row by row from the top without padding; 255 is white.
struct grey_picture {
  int width = 0;
  int height = 0;
  int resolution = 0; ///< Pixels in an inch.
  std::vector<unsigned char> pixels;
};

} // namespace dure::node
