#include "node/handlers/question/question_handler.hpp"

#include "node/handlers/question/extractive.hpp"
#include "node/handlers/question/openai_handler.hpp"
#include "node/sandbox/handler_main.hpp"
#include "node/sandbox/seclusion.hpp"

#include <algorithm>

namespace dure::node {

namespace {

using nlohmann::json;

class extractive_handler final : public handler {
public:
  void start(handler_job job, handler_session& session) override {
    const auto q = parse_question(job.input);
    if (!q) {
      session.error(job, {"invalid_question",
                          "The input holds no question with options and an answer.", false});
      return;
    }
    const json result{{"explanation", explain_by_extracts(*q)},
                      {"provider", provider_extractive},
                      {"model", nullptr},
                      {"promptVersion", nullptr}};
    session.result(job, result.dump(-1, ' ', false, json::error_handler_t::replace), {},
                   was_asked_for(job.params, result, {}));
  }
};

int serve(handler& works, std::uint32_t concurrency) {
  return handler_main(works, {"question.explain"}, concurrency);
}

} // namespace

int run_question() {
  if (const auto provider = provider_of_environment()) {
    openai_handler works{*provider};
    seclude(); // What an old kernel cannot do must not keep questions from being explained.
    return serve(works, std::max(question_concurrency, provider->in_flight));
  }
  extractive_handler works;
  return serve(works, question_concurrency);
}

} // namespace dure::node
