#include "node/handlers/question/chat_request.hpp"

#include "actors/core/default_prompt.hpp"

namespace dure::node {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <class Json> std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string material(const choice_question& q) {
  ordered_json said;
  if (!q.subject.empty())
    said["subject"] = q.subject;
  if (!q.level.empty())
    said["level"] = q.level;
  if (!q.passage.empty())
    said["passage"] = q.passage;
  if (!q.comment.empty())
    said["passage_comment"] = q.comment;
  said["question"] = q.text;
  for (std::size_t n = 0; n < q.options.size(); ++n)
    said["options"][std::to_string(n + 1)] = q.options[n];
  said["correct_option"] = q.answer + 1;
  return text_of(said);
}

} // namespace

chat_prompt prompt_of(const json& input) {
  const auto given = input.find("prompt");
  if (given != input.end() && given->is_object()) {
    const auto content = given->find("content");
    const auto version = given->find("version");
    if (content != given->end() && content->is_string() && version != given->end() &&
        version->is_number_unsigned())
      return {content->get<std::string>(), version->get<std::uint64_t>()};
  }
  return {std::string{default_prompt}, default_prompt_version};
}

std::string chat_request(const choice_question& question, const chat_prompt& prompt,
                         const provider_settings& settings) {
  return text_of(ordered_json{{"model", settings.model},
                              {"temperature", settings.temperature},
                              {"max_tokens", settings.max_tokens},
                              {"messages",
                               {{{"role", "system"}, {"content", prompt.content}},
                                {{"role", "user"}, {"content", material(question)}}}}});
}

} // namespace dure::node
