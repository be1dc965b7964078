#include "node/wiring/provider_limits.hpp"

#include "actors/core/question.hpp"
#include "gateway/api/queue_json.hpp"

#include <algorithm>

namespace dure::node {

queue_settings within_provider_limits(queue_settings settings, const question_options& questions) {
  if (!asks_provider(questions))
    return settings;
  settings.concurrency_max = questions.in_flight;
  if (questions.requests_per_minute)
    settings.rate.requests_per_minute = questions.requests_per_minute;
  if (questions.tokens_per_minute)
    settings.rate.tokens_per_minute = questions.tokens_per_minute;
  return settings;
}

std::optional<put_record> provider_limits::missing(const std::vector<queue_definition>& known) {
  const auto queue = std::find_if(known.begin(), known.end(), [](const queue_definition& q) {
    return q.name == questions_queue;
  });
  if (seen_ || queue == known.end())
    return std::nullopt;
  auto wanted = *queue;
  wanted.settings = within_provider_limits(queue->settings, questions_);
  seen_ = wanted == *queue;
  if (seen_)
    return std::nullopt;
  return put_record{gateway::queue_record_key(wanted.name),
                    gateway::to_json_text(wanted),
                    queue->settings.version,
                    {}};
}

} // namespace dure::node
