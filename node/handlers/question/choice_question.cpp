#include "node/handlers/question/choice_question.hpp"

namespace dure::node {

namespace {

using nlohmann::json;

std::string text_in(const json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

} // namespace

std::optional<choice_question> parse_question(const json& input) {
  if (!input.is_object() || !input.contains("question") || !input["question"].is_object())
    return std::nullopt;
  const auto& given = input["question"];
  choice_question q;
  q.text = text_in(given, "questionText");
  q.passage = text_in(given, "passageContent");
  q.comment = text_in(given, "passageComment");
  q.subject = text_in(given, "subject");
  q.level = text_in(given, "level");
  const auto answer = text_in(given, "correctAnswer");
  for (std::size_t n = 1; n <= 5; ++n) {
    auto option = text_in(given, "option" + std::to_string(n));
    if (option.empty())
      continue;
    if (answer == std::to_string(n))
      q.answer = q.options.size();
    q.options.push_back(std::move(option));
  }
  if (q.text.empty() || q.options.empty() || answer.empty())
    return std::nullopt;
  return q;
}

bool was_asked_for(const json& params, const json& result, const std::string& settings) {
  if (!params.is_object() || !params.contains("provider"))
    return true;
  for (const auto* name : {"provider", "model", "promptVersion"})
    if (params.value(name, json{}) != result.value(name, json{}))
      return false;
  return text_in(params, "settings") == settings;
}

} // namespace dure::node
