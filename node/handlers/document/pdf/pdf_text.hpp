#pragma once

#include <optional>
#include <span>
#include <string>

namespace poppler {
class ustring;
}

/// poppler's kinds of text as UTF-8.
namespace dure::node {

/// Returns characters as UTF-8; what is no character becomes U+FFFD.
std::string utf8_of(std::span<const unsigned int> characters);

/// Returns a text of poppler-cpp as UTF-8; nothing when it may not be what the file says:
/// poppler-cpp takes PDFDocEncoding, and UTF-8, for Latin-1.
std::optional<std::string> utf8_of(const poppler::ustring& text);

/// Returns a PDF text string (PDFDocEncoding, UTF-16 or UTF-8 by its mark) as UTF-8.
std::string utf8_of_text_string(const std::string& bytes);

/// Replaces each byte that belongs to no character by U+FFFD: a font may name surrogates.
void make_valid_utf8(std::string& text);

} // namespace dure::node
