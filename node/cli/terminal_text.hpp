#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// Returns how many columns UTF-8 text takes on a terminal: Hangul and other wide characters two.
std::size_t columns_of(std::string_view text);

/// Returns the text without control characters, which could tell the terminal to do things, and cut
/// to `columns` with an ellipsis.
std::string clipped(std::string_view text, std::size_t columns);

/// Returns rows as lines whose cells stand below each other; the last cell is as long as it is.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

} // namespace dure::node
