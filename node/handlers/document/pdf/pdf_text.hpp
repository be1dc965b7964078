#pragma once

#include <span>
#include <string>

namespace dure::node {

/// Returns UTF-16 text as UTF-8; a byte order mark at the beginning is left out, unpaired
/// surrogates become U+FFFD. (poppler's own conversion answers with nothing for the whole text when
/// one character is bad.)
std::string utf8_of(std::span<const unsigned short> utf16);

} // namespace dure::node
