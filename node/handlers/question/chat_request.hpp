#pragma once

#include "node/handlers/question/choice_question.hpp"
#include "node/handlers/question/provider_settings.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace dure::node {

/// What a model is told to do with a question.
struct chat_prompt {
  std::string content;
  std::uint64_t version = 0;
};

/// Returns the prompt that came with the question, or the default one. Pure.
chat_prompt prompt_of(const nlohmann::json& input);

/// Returns the body of a chat completion: the prompt as the system's word, the question as a JSON
/// object in a message of its own. What a question says can end neither its text nor that message,
/// so it stays material. Pure.
std::string chat_request(const choice_question& question, const chat_prompt& prompt,
                         const provider_settings& settings);

} // namespace dure::node
