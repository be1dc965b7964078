#include "node/cli/job_commands.hpp"

#include "node/cli/http_client.hpp"
#include "node/cli/terminal_text.hpp"

#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;

void print_page(const json& page) {
  std::vector<std::vector<std::string>> rows{{"ID", "STATUS", "%", "KIND", "CREATED", "MESSAGE"}};
  const auto jobs = page.value("jobs", json::array());
  for (const auto& job : jobs) {
    const auto reason = text_at(job, "error_message");
    rows.push_back({text_at(job, "job_id"), text_at(job, "status"),
                    std::to_string(static_cast<int>(job.value("progress", 0.0))),
                    text_at(job, "kind"), text_at(job, "created_at"),
                    reason.empty() ? text_at(job, "message") : reason});
  }
  print(table_text(rows));
  auto total = text_at(page, "total");
  say(std::to_string(jobs.size()) + (total.empty() ? "" : " of " + total) + " jobs");
  if (const auto next = text_at(page, "next"); !next.empty())
    say("more: --cursor " + next);
}

/// Prints JSON lines as they come, as text for people.
class log_printer {
public:
  explicit log_printer(bool as_json) : as_json_{as_json} {}

  void take(std::string_view piece) {
    rest_ += piece;
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
      print_line(std::string_view{rest_}.substr(begin, end - begin));
      begin = end + 1;
    }
    rest_.erase(0, begin);
  }

private:
  void print_line(std::string_view line) const {
    const auto said = json::parse(line, nullptr, false);
    if (!said.is_object()) // An empty line only shows that the connection lives.
      return;
    if (as_json_)
      return print(std::string{line} + "\n");
    print(text_at(said, "time") + "  " + text_at(said, "attempt") + "  " +
          table_cell(text_at(said, "level")) + "  " + text_at(said, "message") + "\n");
  }

  static std::string table_cell(std::string level) {
    level.resize(std::max<std::size_t>(level.size(), 5), ' ');
    return level;
  }

  bool as_json_;
  std::string rest_;
};

} // namespace

exit_code list_jobs(const gateway_options& to, const job_list_options& which) {
  const auto query = query_of({{"status", which.status},
                               {"kind", which.kind},
                               {"queue", which.queue},
                               {"group", which.group},
                               {"tag", which.tag},
                               {"q", which.text},
                               {"limit", which.limit},
                               {"cursor", which.cursor},
                               {"order_by", "-created_at"}});
  return ask_and_print(to, "GET", "/api/v1/jobs" + query, "", print_page);
}

exit_code show_job(const gateway_options& to, const std::string& id) {
  if (!is_job_id(id))
    return exit_code::usage;
  return ask_and_print(to, "GET", "/api/v1/jobs/" + id, "", [](const json& job) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [key, value] : job.items())
      if (!value.is_null() && value != "" && !(value.is_array() && value.empty()))
        rows.push_back({key, text_at(job, key.c_str())});
    print(table_text(rows));
  });
}

exit_code show_result(const gateway_options& to, const std::string& id) {
  if (!is_job_id(id))
    return exit_code::usage;
  http_client gateway{to.url};
  auto reply = gateway.get("/api/v1/jobs/" + id + "/result",
                           [](std::string_view piece) { print(std::string{piece}); });
  if (!reply)
    return refuse(reply.error());
  if (reply->status != 200)
    return refuse(*reply);
  print("\n");
  return exit_code::done;
}

exit_code change_job(const gateway_options& to, const std::string& id, const std::string& action) {
  if (!is_job_id(id))
    return exit_code::usage;
  return ask_and_print(to, "POST", "/api/v1/jobs/" + id + "/" + action, "", [&](const json& job) {
    const bool stopping = job.value("cancel_requested", false);
    print(id + "  " + text_at(job, "status") + (stopping ? ", stopping" : "") + "\n");
  });
}

exit_code show_logs(const gateway_options& to, const std::string& id, std::uint64_t after,
                    bool follow) {
  if (!is_job_id(id))
    return exit_code::usage;
  http_client gateway{to.url};
  log_printer printer{to.json};
  const auto query = query_of(
      {{"after", after > 0 ? std::to_string(after) : ""}, {"follow", follow ? "true" : ""}});
  auto reply = gateway.get("/api/v1/jobs/" + id + "/logs" + query,
                           [&](std::string_view piece) { printer.take(piece); });
  if (!reply)
    return refuse(reply.error());
  return reply->status == 200 ? exit_code::done : refuse(*reply);
}

} // namespace dure::node
