#include "node/handlers/question/openai_handler.hpp"

#include "node/handlers/question/chat_request.hpp"

#include <algorithm>
#include <utility>

namespace dure::node {

namespace {

using nlohmann::json;

/// Before the node asks us to stop: an answer that comes then is still told.
constexpr milliseconds deadline_margin{1'000};
constexpr milliseconds time_min{1'000};

milliseconds time_for(const handler_job& job, const provider_settings& settings) {
  const milliseconds own = settings.timeout;
  if (job.deadline <= milliseconds{0})
    return own;
  return std::min(own, std::max(job.deadline - deadline_margin, time_min));
}

http_target target_of(const provider_settings& settings) {
  http_target target;
  target.url = settings.url;
  target.key = settings.key;
  target.headers_wanted = headers_judged();
  target.connections_max = settings.in_flight;
  return target;
}

} // namespace

openai_handler::openai_handler(provider_settings settings)
    : settings_{std::move(settings)}, transfers_{target_of(settings_)} {}

void openai_handler::start(handler_job job, handler_session& session) {
  const auto question = parse_question(job.input);
  if (!question) {
    session.error(job, {"invalid_question",
                        "The input holds no question with options and an answer.", false});
    return;
  }
  const auto prompt = prompt_of(job.input);
  transfers_.begin(job.id, chat_request(*question, prompt, settings_), time_for(job, settings_));
  job.input = nullptr;
  const auto id = job.id;
  asked_[id] = {std::move(job), prompt.version};
}

void openai_handler::cancel(std::string_view id, handler_session& session) {
  const auto found = asked_.find(id);
  if (found == asked_.end())
    return;
  attempt_charge charge;
  charge.possibly_charged = transfers_.abort(found->first);
  session.error(found->second.job, {"cancelled", "It was stopped on request.", true}, charge);
  asked_.erase(found);
}

std::optional<handler::clock::time_point> openai_handler::next_wake() const {
  return transfers_.next_wake();
}

int openai_handler::wakes_on() const {
  return transfers_.descriptor();
}

void openai_handler::wake(clock::time_point now, handler_session& session) {
  for (const auto& [id, reply] : transfers_.drive(now)) {
    const auto found = asked_.find(id);
    if (found == asked_.end())
      continue;
    end(found->second, judge(reply, settings_), session);
    asked_.erase(found);
  }
}

void openai_handler::end(const asked& one, const chat_outcome& outcome,
                         handler_session& session) const {
  if (const auto* failure = std::get_if<job_error>(&outcome.said)) {
    session.error(one.job, *failure, outcome.charge, outcome.retry_after);
    return;
  }
  const json result{{"explanation", std::get<std::string>(outcome.said)},
                    {"provider", provider_openai},
                    {"model", settings_.model},
                    {"promptVersion", one.prompt_version}};
  session.result(one.job, result.dump(-1, ' ', false, json::error_handler_t::replace),
                 outcome.charge, was_asked_for(one.job.params, result, settings_.name));
}

} // namespace dure::node
