#include "node/cli/question_commands.hpp"

#include "node/cli/http_client.hpp"
#include "node/cli/progress_bars.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

namespace dure::node {

namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds look_period{500};

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

exit_code refuse(const error& failure) {
  say("dure: " + failure.context);
  return failure.code == errc::unavailable ? exit_code::unavailable : exit_code::failed;
}

exit_code refuse(const http_reply& reply) {
  const auto body = json::parse(reply.body, nullptr, false);
  auto text = "HTTP " + std::to_string(reply.status);
  if (body.is_object()) {
    text = body.value("detail", body.value("title", text));
    for (const auto& e : body.value("errors", json::array()))
      text += "\n  " + e.value("pointer", "") + " " + e.value("detail", "");
  }
  say("dure: " + text);
  if (reply.status == 404)
    return exit_code::not_found;
  return reply.status == 429 || reply.status == 503 ? exit_code::unavailable : exit_code::failed;
}

/// Returns the set's name fit for a path.
std::string escaped(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string path_of(const std::string& set, const std::string& below) {
  return "/admin/sets/" + escaped(set) + "/questions" + below;
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

/// Returns the set's summary, or nothing after it said why not.
struct looked {
  json summary;
  exit_code failed = exit_code::done;
};

looked look(http_client& gateway, const std::string& set) {
  auto reply = gateway.get(path_of(set, "/explanation-status?limit=1"));
  if (!reply)
    return {{}, refuse(reply.error())};
  const auto body = json::parse(reply->body, nullptr, false);
  if (reply->status != 200 || !body.is_object())
    return {{}, refuse(*reply)};
  return {body["data"]["summary"]};
}

exit_code follow(http_client& gateway, const std::string& set) {
  progress_bars bars{{set}};
  for (;;) {
    auto seen = look(gateway, set);
    if (seen.failed != exit_code::done)
      return seen.failed;
    const auto& s = seen.summary;
    const auto total = s.value("total", 0ULL);
    const auto failed = s.value("failed", 0ULL);
    const auto ended = s.value("completed", 0ULL) + failed;
    bars.show(0, static_cast<int>(total > 0 ? ended * 100 / total : 100),
              std::to_string(ended) + "/" + std::to_string(total) +
                  (failed > 0 ? ", " + std::to_string(failed) + " failed" : ""));
    if (ended == total)
      return failed > 0 ? exit_code::failed : exit_code::done;
    std::this_thread::sleep_for(look_period);
  }
}

/// Counts the failed questions of the set by their error.
result<std::map<std::string, int>> reasons(http_client& gateway, const std::string& set) {
  std::map<std::string, int> found;
  std::string cursor;
  do {
    auto reply = gateway.get(path_of(set, "/explanation-status" + cursor));
    if (!reply)
      return reply.error();
    const auto body = json::parse(reply->body, nullptr, false);
    if (reply->status != 200 || !body.is_object())
      return error{errc::unavailable, "HTTP " + std::to_string(reply->status)};
    for (const auto& q : body["data"]["questions"])
      if (q["error"].is_string())
        ++found[q["error"].get<std::string>()];
    const auto next = body["data"].value("next", "");
    cursor = next.empty() ? "" : "?cursor=" + next;
  } while (!cursor.empty());
  return found;
}

} // namespace

exit_code upload_questions(const std::string& url, const std::string& file, const std::string& set,
                           bool wait) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file, failure)) {
    say("dure: the file " + file + " cannot be read");
    return exit_code::usage;
  }
  http_client gateway{url};
  auto reply = send_file(gateway, file, path_of(set, "/bulk-upload"));
  if (!reply)
    return refuse(reply.error());
  const auto body = json::parse(reply->body, nullptr, false);
  if (reply->status != 202 || !body.is_object())
    return refuse(*reply);
  for (const auto& e : body["errors"])
    say("line " + e["line"].dump() + ": " + e.value("field", "") + " " + e.value("reason", ""));
  say(std::to_string(body["data"].size()) + " questions taken, " + body["backgroundJobs"].dump() +
      " to be explained");
  std::printf("%s\n", set.c_str());
  std::fflush(stdout);
  return wait ? follow(gateway, set) : exit_code::done;
}

exit_code show_questions(const std::string& url, const std::string& set) {
  http_client gateway{url};
  auto seen = look(gateway, set);
  if (seen.failed != exit_code::done)
    return seen.failed;
  for (const auto* word : {"total", "completed", "generating", "pending", "failed"})
    std::printf("%-12s %llu\n", word, seen.summary.value(word, 0ULL));
  if (seen.summary.value("failed", 0ULL) == 0)
    return exit_code::done;
  auto why = reasons(gateway, set);
  if (!why)
    return refuse(why.error());
  for (const auto& [reason, times] : *why)
    std::printf("%6d × %s\n", times, reason.c_str());
  return exit_code::done;
}

exit_code export_questions(const std::string& url, const std::string& set,
                           const std::string& format) {
  http_client gateway{url};
  auto reply = gateway.get(path_of(set, "." + format), [](std::string_view piece) {
    std::fwrite(piece.data(), 1, piece.size(), stdout);
  });
  if (!reply)
    return refuse(reply.error());
  return reply->status == 200 ? exit_code::done : refuse(*reply);
}

exit_code retry_questions(const std::string& url, const std::string& set) {
  http_client gateway{url};
  auto reply = gateway.send("POST", path_of(set, "/retry-failed"), "{}");
  if (!reply)
    return refuse(reply.error());
  const auto body = json::parse(reply->body, nullptr, false);
  if (reply->status != 202 || !body.is_object())
    return refuse(*reply);
  std::printf("%s\n", body["data"]["retried"].dump().c_str());
  return exit_code::done;
}

} // namespace dure::node
