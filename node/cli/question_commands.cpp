#include "node/cli/question_commands.hpp"

#include "node/cli/progress_bars.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds look_period{500};

constexpr const char* words[] = {"total", "completed", "generating", "pending", "failed"};

std::string path_of(const std::string& set, const std::string& below) {
  return "/admin/sets/" + url_encoded(set) + "/questions" + below;
}

json member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : json::object();
}

std::uint64_t count_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

result<http_reply> send_file(http_client& gateway, const std::string& file,
                             const std::string& path) {
  if (std::filesystem::path{file}.extension() == ".json") {
    std::ifstream in{file, std::ios::binary};
    const std::string body{std::istreambuf_iterator<char>{in}, {}};
    return gateway.send("POST", path, body);
  }
  progress_bars bars{{std::filesystem::path{file}.filename().string()}};
  return gateway.upload(path, file, {}, [&](std::uint64_t sent, std::uint64_t all) {
    bars.show(0, static_cast<int>(sent * 100 / all), "uploading");
  });
}

/// What a set's status says, or how asking for it failed.
struct looked {
  json data = json::object();
  std::optional<exit_code> failed;
};

looked look(http_client& gateway, const gateway_options& to, const std::string& set,
            const std::string& query) {
  auto reply = gateway.get(path_of(set, "/explanation-status" + query));
  if (!reply)
    return {{}, refuse(reply.error())};
  if (reply->status != 200)
    return {{}, refuse(*reply)};
  auto data = member(object_of(*reply), "data");
  if (!member(data, "summary").contains("total"))
    return {{}, refuse_stranger(to)};
  return {std::move(data), {}};
}

exit_code follow(http_client& gateway, const gateway_options& to, const std::string& set) {
  progress_bars bars{{set}};
  for (;;) {
    const auto seen = look(gateway, to, set, "?limit=1");
    if (seen.failed)
      return *seen.failed;
    const auto summary = member(seen.data, "summary");
    const auto total = count_at(summary, "total");
    const auto failed = count_at(summary, "failed");
    const auto ended = count_at(summary, "completed") + failed;
    bars.show(0, static_cast<int>(total > 0 ? ended * 100 / total : 100),
              std::to_string(ended) + "/" + std::to_string(total) +
                  (failed > 0 ? ", " + std::to_string(failed) + " failed" : ""));
    if (ended == total)
      return failed > 0 ? exit_code::failed : exit_code::done;
    std::this_thread::sleep_for(look_period);
  }
}

json list_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : json::array();
}

std::string failure_line(const json& failure) {
  const auto code = text_at(failure, "code");
  const auto message = text_at(failure, "message");
  return text_at(failure, "questions") + " × " + code +
         (message.empty() || message == code ? "" : ": " + message) + "\n";
}

/// Nothing while nobody was asked who charges.
std::string cost_line(const json& cost) {
  const auto lost = count_at(cost, "possibly_charged");
  if (count_at(cost, "tokens_in") + count_at(cost, "tokens_out") + lost == 0)
    return {};
  return "cost         " + text_at(cost, "money") + " (" + text_at(cost, "tokens_in") +
         " tokens in, " + text_at(cost, "tokens_out") + " out" +
         (lost > 0 ? ", and " + std::to_string(lost) + " requests perhaps paid" : "") + ")\n";
}

/// Tells a program the same as people: how many are where, why some failed and what it cost.
void print_status(const gateway_options& to, const json& data) {
  const auto summary = member(data, "summary");
  const auto failures = list_at(data, "failures");
  const auto cost = member(data, "cost");
  if (to.json) {
    auto shown = summary;
    shown["failures"] = failures;
    shown["cost"] = cost;
    return print(shown.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
  }
  for (const auto* word : words) {
    std::string name{word};
    name.resize(13, ' ');
    print(name + std::to_string(count_at(summary, word)) + "\n");
  }
  for (const auto& one : failures)
    if (one.is_object())
      print(failure_line(one));
  print(cost_line(cost));
}

void say_refused(const json& body) {
  for (const auto& one : body.value("errors", json::array()))
    if (one.is_object())
      say("line " + text_at(one, "line") + ": " + text_at(one, "field") + " " +
          text_at(one, "reason"));
}

} // namespace

exit_code upload_questions(const gateway_options& to, const std::string& file,
                           const std::string& set, bool wait) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file, failure)) {
    say("dure: the file " + file + " cannot be read");
    return exit_code::usage;
  }
  http_client gateway{to.url};
  auto reply = send_file(gateway, file, path_of(set, "/bulk-upload"));
  if (!reply)
    return refuse(reply.error());
  if (reply->status >= 300)
    return refuse(*reply);
  const auto body = object_of(*reply);
  if (!body.contains("data"))
    return refuse_stranger(to);
  say_refused(body);
  say(std::to_string(body["data"].size()) + " questions taken, " +
      std::to_string(count_at(body, "backgroundJobs")) + " to be explained");
  print((to.json ? reply->body : set) + "\n");
  return wait ? follow(gateway, to, set) : exit_code::done;
}

exit_code show_questions(const gateway_options& to, const std::string& set) {
  http_client gateway{to.url};
  const auto seen = look(gateway, to, set, "?limit=1");
  if (seen.failed)
    return *seen.failed;
  print_status(to, seen.data);
  return exit_code::done;
}

exit_code export_questions(const gateway_options& to, const std::string& set,
                           const std::string& format) {
  http_client gateway{to.url};
  auto reply = gateway.get(path_of(set, "." + format),
                           [](std::string_view piece) { print(std::string{piece}); });
  if (!reply)
    return refuse(reply.error());
  return reply->status == 200 ? exit_code::done : refuse(*reply);
}

exit_code retry_questions(const gateway_options& to, const std::string& set) {
  return ask_and_print(to, "POST", path_of(set, "/retry-failed"), "{}", [](const json& answer) {
    print(std::to_string(count_at(member(answer, "data"), "retried")) + "\n");
  });
}

} // namespace dure::node
