#include "node/wiring/provider_limits.hpp"

#include "actors/core/question.hpp"
#include "gateway/api/queue_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using nlohmann::json;

template <class T> json to_json(const std::optional<T>& limit) {
  return limit ? json(*limit) : json();
}

json limits_in(const queue_settings& settings) {
  return {{"concurrency_max", to_json(settings.concurrency_max)},
          {"requests_per_minute", to_json(settings.rate.requests_per_minute)},
          {"tokens_per_minute", to_json(settings.rate.tokens_per_minute)}};
}

} // namespace

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

std::optional<put_record> missing_limits(const question_options& questions,
                                         const std::vector<queue_definition>& known,
                                         const std::optional<queries::found_record>& applied) {
  const auto queue = std::find_if(known.begin(), known.end(), [](const queue_definition& q) {
    return q.name == questions_queue;
  });
  if (!asks_provider(questions) || queue == known.end())
    return std::nullopt;
  const auto wanted = within_provider_limits({}, questions);
  const auto now = limits_in(wanted);
  const auto before = applied ? json::parse(applied->value, nullptr, false) : json();
  if (now == before)
    return std::nullopt;
  const auto is_new = [&](const char* limit) {
    return !now[limit].is_null() &&
           (!before.is_object() || before.value(limit, json()) != now[limit]);
  };
  auto changed = *queue;
  if (is_new("concurrency_max"))
    changed.settings.concurrency_max = wanted.concurrency_max;
  if (is_new("requests_per_minute"))
    changed.settings.rate.requests_per_minute = wanted.rate.requests_per_minute;
  if (is_new("tokens_per_minute"))
    changed.settings.rate.tokens_per_minute = wanted.rate.tokens_per_minute;
  if (changed == *queue) // The note comes last: a put that was refused is tried again.
    return put_record{
        std::string{applied_limits_key}, now.dump(), applied ? applied->version : 0, {}};
  return put_record{gateway::queue_record_key(changed.name),
                    gateway::to_json_text(changed),
                    queue->settings.version,
                    {}};
}

} // namespace dure::node
