#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Returns the text with every malformed byte as U+FFFD, so that it is UTF-8.
std::string valid_utf8(std::string_view text);

/// Returns the text composed (NFC): a Hangul syllable that some systems send as three letters is
/// one character again. Requires: UTF-8.
std::string composed(std::string_view text);

/// Returns what two texts have in common that differ in case or composition only; for comparing,
/// never for showing. Text that is not UTF-8 stays as it is.
std::string folded(std::string_view text);

/// Returns the beginning of `text` that fits into `bytes_max` and ends between two characters as a
/// reader sees them (letters with their marks, joined emoji), or within the first, if that is too
/// long by itself. Requires: UTF-8.
std::string_view cut_between_characters(std::string_view text, std::size_t bytes_max);

} // namespace dure::gateway
