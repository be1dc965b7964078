#pragma once

#include <cstddef>
#include <string_view>

namespace dure {

/// Returns how many bytes the UTF-8 character at the front of `text` has; 0 when it is malformed or
/// cut off. Requires: `text` is not empty.
std::size_t utf8_character_bytes(std::string_view text);

} // namespace dure
