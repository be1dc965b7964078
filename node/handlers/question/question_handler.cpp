#include "node/handlers/question/question_handler.hpp"

#include "node/handlers/question/extractive.hpp"
#include "node/sandbox/handler_main.hpp"

#include <optional>

namespace dure::node {

namespace {

using nlohmann::json;

std::string text_in(const json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Returns the question, or nothing when the input holds none.
std::optional<choice_question> parse_question(const json& input) {
  if (!input.is_object() || !input.contains("question") || !input["question"].is_object())
    return std::nullopt;
  const auto& given = input["question"];
  choice_question q;
  q.text = text_in(given, "questionText");
  q.passage = text_in(given, "passageContent");
  q.comment = text_in(given, "passageComment");
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

class question_handler final : public handler {
public:
  void start(handler_job job, handler_session& session) override {
    const auto q = parse_question(job.input);
    if (!q) {
      session.error(job, {"invalid_question",
                          "The input holds no question with options and an answer.", false});
      return;
    }
    const json result{{"explanation", explain_by_extracts(*q)},
                      {"provider", "extractive"},
                      {"model", nullptr},
                      {"promptVersion", nullptr}};
    session.result(job, result.dump(-1, ' ', false, json::error_handler_t::replace));
  }
};

} // namespace

int run_question() {
  question_handler works;
  return handler_main(works, {"question.explain"}, question_concurrency);
}

} // namespace dure::node
