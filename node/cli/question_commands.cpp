#include "node/cli/question_commands.hpp"

#include "node/cli/progress_bars.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
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

/// Counts the failed questions of the set by their error.
std::optional<exit_code> count_reasons(http_client& gateway, const gateway_options& to,
                                       const std::string& set,
                                       std::map<std::string, std::uint64_t>& found) {
  std::string query;
  do {
    const auto page = look(gateway, to, set, query);
    if (page.failed)
      return page.failed;
    for (const auto& one : page.data.value("questions", json::array()))
      if (const auto reason = one.is_object() ? text_at(one, "error") : ""; !reason.empty())
        ++found[reason];
    query = query_of({{"cursor", text_at(page.data, "next")}});
  } while (!query.empty());
  return std::nullopt;
}

/// Tells a program the same as people: how many are where, and why some failed.
void print_summary(const gateway_options& to, const json& summary,
                   const std::map<std::string, std::uint64_t>& reasons) {
  if (to.json) {
    auto shown = summary;
    shown["reasons"] = reasons;
    return print(shown.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
  }
  for (const auto* word : words) {
    std::string name{word};
    name.resize(13, ' ');
    print(name + std::to_string(count_at(summary, word)) + "\n");
  }
  for (const auto& [reason, times] : reasons)
    print(std::to_string(times) + " × " + reason + "\n");
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
  const auto summary = member(seen.data, "summary");
  std::map<std::string, std::uint64_t> reasons;
  if (count_at(summary, "failed") > 0)
    if (const auto failed = count_reasons(gateway, to, set, reasons))
      return *failed;
  print_summary(to, summary, reasons);
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
