#include "node/cli/queue_commands.hpp"

#include "node/cli/terminal_text.hpp"

#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;

std::string joined(const json& kinds) {
  std::string text;
  for (const auto& kind : kinds)
    if (kind.is_string())
      text += (text.empty() ? "" : ", ") + kind.get<std::string>();
  return clipped(text, std::string::npos);
}

void print_queues(const json& answer) {
  std::vector<std::vector<std::string>> rows{
      {"QUEUE", "STATE", "PENDING", "SCHEDULED", "RUNNING", "COMPLETED", "FAILED", "KINDS"}};
  for (const auto& queue : answer.value("queues", json::array())) {
    const auto counts = queue.value("counts", json::object());
    rows.push_back({text_at(queue, "name"), queue.value("paused", false) ? "paused" : "open",
                    text_at(counts, "pending"), text_at(counts, "scheduled"),
                    text_at(counts, "running"), text_at(counts, "completed"),
                    text_at(counts, "failed"), joined(queue.value("kinds", json::array()))});
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
