#pragma once

#include "actors/core/file_type.hpp"

#include <cstddef>
#include <string>

namespace dure::node {

struct decoded_text {
  std::string utf8;          ///< Without a byte order mark; lines end in \n.
  const char* encoding = ""; ///< "UTF-8", "UTF-16LE", "UTF-16BE" or "CP949".
  std::size_t replaced = 0;  ///< Characters that could not be read and became U+FFFD.
};

/// Returns a text as UTF-8. `encoding` is what its beginning looks like; a text that turns out not
/// to be UTF-8 after all is read as CP949 when it is that throughout.
decoded_text decode_text(const std::string& bytes, text_encoding encoding);

} // namespace dure::node
