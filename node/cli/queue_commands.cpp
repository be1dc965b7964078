#include "node/cli/queue_commands.hpp"

#include "node/cli/terminal_text.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;

std::string state_of(const json& queue) {
  if (queue.value("paused", false))
    return "paused";
  const auto provider = queue.value("provider", json::object());
  if (provider.value("down", false))
    return "provider down";
  return text_at(provider, "blocked_until").empty() ? "open" : "provider blocked";
}

/// Returns the limits that are set, as in "3 running, 60 req/min".
std::string limits_of(const json& queue) {
  const auto rate = queue.value("rate", json::object());
  const std::pair<std::string, const char*> limits[] = {
      {text_at(queue, "concurrency_max"), " running"},
      {text_at(queue, "depth_max"), " waiting"},
      {text_at(rate, "requests_per_minute"), " req/min"},
      {text_at(rate, "tokens_per_minute"), " tok/min"}};
  std::string text;
  for (const auto& [limit, unit] : limits)
    if (!limit.empty())
      text += (text.empty() ? "" : ", ") + limit + unit;
  return text;
}

void print_queues(const json& answer) {
  std::vector<std::vector<std::string>> rows{{"QUEUE", "STATE", "PENDING", "SCHEDULED", "RUNNING",
                                              "COMPLETED", "FAILED", "PER MIN", "ETA (S)", "LIMITS",
                                              "KINDS"}};
  for (const auto& queue : answer.value("queues", json::array())) {
    const auto counts = queue.value("counts", json::object());
    rows.push_back({text_at(queue, "name"), state_of(queue), text_at(counts, "pending"),
                    text_at(counts, "scheduled"), text_at(counts, "running"),
                    text_at(counts, "completed"), text_at(counts, "failed"),
                    text_at(queue, "throughput"), text_at(queue, "eta_seconds"), limits_of(queue),
                    joined(queue.value("kinds", json::array()))});
  }
  print(table_text(rows));
}

void print_state(const json& queue) {
  const auto reason = text_at(queue, "pause_reason");
  print(text_at(queue, "name") + "  " + (queue.value("paused", false) ? "paused" : "open") +
        (reason.empty() ? "" : ": " + reason) + "\n");
}

} // namespace

exit_code list_queues(const gateway_options& to) {
  return ask_and_print(to, "GET", "/api/v1/queues", "", print_queues);
}

exit_code pause_queue(const gateway_options& to, const std::string& name,
                      const std::string& reason) {
  const auto body = reason.empty() ? json::object() : json{{"reason", reason}};
  const auto text = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return ask_and_print(to, "POST", "/api/v1/queues/" + url_encoded(name) + "/pause", text,
                       print_state);
}

exit_code resume_queue(const gateway_options& to, const std::string& name) {
  return ask_and_print(to, "POST", "/api/v1/queues/" + url_encoded(name) + "/resume", "{}",
                       print_state);
}

} // namespace dure::node
