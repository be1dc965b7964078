#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dure::node {

/// A multiple-choice question, taken apart.
struct choice_question {
  std::string text;
  std::vector<std::string> options;
  std::size_t answer = 0; ///< Index of the right option.
  std::string passage;
  std::string comment; ///< On the passage.
};

/// Returns a short explanation from the passage's own sentences, in the question's language: the
/// one that bears on the answer, and for each wrong option the one that speaks of it, or that none
/// does. It finds; it does not conclude: where the passage settles nothing, it says so. Pure.
/// Requires: answer < options.size().
std::string explain_by_extracts(const choice_question& q);

} // namespace dure::node
