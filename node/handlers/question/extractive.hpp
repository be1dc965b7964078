#pragma once

#include "node/handlers/question/choice_question.hpp"

#include <string>

namespace dure::node {

/// Returns a short explanation from the passage's own sentences, in the question's language: the
/// one that bears on the answer, and for each wrong option the one that speaks of it, or that none
/// does. It finds; it does not conclude: where the passage settles nothing, it says so. Pure.
/// Requires: answer < options.size().
std::string explain_by_extracts(const choice_question& q);

} // namespace dure::node
