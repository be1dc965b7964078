#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// Returns the word of `known` with the fewest insertions, deletions and changes from `word`
/// (Levenshtein). Requires: `known` is not empty. O(word × all known letters).
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

} // namespace dure::node
