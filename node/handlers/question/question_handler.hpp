#pragma once

#include <cstdint>

namespace dure::node {

inline constexpr std::uint32_t question_concurrency = 64;

/// Runs the handler of kind `question.explain`, by the provider that the process's variables name.
/// Returns the exit status.
///
/// Input: {question: {questionText, option1…option5, correctAnswer "1"…"5", passageContent,
/// passageComment, subject, level}, prompt: {version, content} or null}. Result: {explanation,
/// provider, model, promptVersion}.
int run_question();

} // namespace dure::node
