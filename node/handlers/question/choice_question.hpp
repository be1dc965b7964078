#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
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
  std::string subject{};
  std::string level{};
};

/// Returns the question of an input {question: {questionText, option1…option5, correctAnswer
/// "1"…"5", passageContent, passageComment, subject, level}}, or nothing when it holds none.
std::optional<choice_question> parse_question(const nlohmann::json& input);

/// Returns whether the job was made for who made `result` with the settings of that name, as far as
/// its params say who that was to be: the node's file may have changed while it waited.
bool was_asked_for(const nlohmann::json& params, const nlohmann::json& result,
                   const std::string& settings);

} // namespace dure::node
