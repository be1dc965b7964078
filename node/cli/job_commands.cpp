#include "node/cli/job_commands.hpp"

#include "actors/core/ids.hpp"
#include "node/cli/http_client.hpp"
#include "node/cli/progress_bar.hpp"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using nlohmann::json;

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

exit_code code_of(long status) {
  switch (status) {
  case 404:
  case 410:
    return exit_code::not_found;
  case 409:
    return exit_code::conflict;
  case 429:
  case 503:
    return exit_code::unavailable;
  default:
    return status < 300 ? exit_code::done : exit_code::failed;
  }
}

exit_code refuse(const error& failure) {
  say("dure: " + failure.context);
  return failure.code == errc::unavailable ? exit_code::unavailable : exit_code::failed;
}

/// Says what a problem+json body says.
exit_code refuse(const http_reply& reply) {
  const auto body = json::parse(reply.body, nullptr, false);
  auto text = "HTTP " + std::to_string(reply.status);
  if (body.is_object())
    text = body.value("detail", body.value("title", text));
  say("dure: " + text);
  return code_of(reply.status);
}

/// Returns the object that a reply holds; nothing when it is none.
json object_of(const http_reply& reply) {
  auto body = json::parse(reply.body, nullptr, false);
  return body.is_object() ? body : json{};
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null())
    return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool is_over(const std::string& status) {
  return status == "completed" || status == "failed" || status == "cancelled";
}

exit_code follow(http_client& gateway, const std::string& id, const std::string& label) {
  progress_bar bar{label};
  for (;;) {
    auto reply = gateway.get("/api/v1/jobs/" + id + "?wait=1s");
    if (!reply)
      return refuse(reply.error());
    if (reply->status != 200)
      return refuse(*reply);
    const auto job = object_of(*reply);
    const auto status = text_at(job, "status");
    auto message = text_at(job, "message");
    bar.show(static_cast<int>(job.value("progress", 0.0)), message.empty() ? status : message);
    if (!is_over(status))
      continue;
    if (status == "completed")
      return exit_code::done;
    bar.show(100, status + ": " + text_at(job, "error_message"));
    return exit_code::failed;
  }
}

bool is_id(const std::string& text) {
  if (parse_uuid(text))
    return true;
  say("dure: '" + text + "' is no job id; one looks like 0192f0c1-7e00-7001-8000-000000000000");
  return false;
}

} // namespace

exit_code submit_file(const std::string& url, const std::string& file, bool wait) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file, failure)) {
    say("dure: the file " + file + " cannot be read");
    return exit_code::usage;
  }
  http_client gateway{url};
  const auto name = std::filesystem::path{file}.filename().string();
  result<http_reply> reply = http_reply{};
  {
    progress_bar bar{name};
    reply = gateway.upload("/upload", file, [&](std::uint64_t sent, std::uint64_t all) {
      bar.show(static_cast<int>(sent * 100 / all), "uploading");
    });
  }
  if (!reply)
    return refuse(reply.error());
  if (reply->status != 202)
    return refuse(*reply);
  const auto id = text_at(object_of(*reply), "job_id");
  std::printf("%s\n", id.c_str());
  std::fflush(stdout);
  return wait ? follow(gateway, id, name) : exit_code::done;
}

exit_code show_job(const std::string& url, const std::string& id) {
  if (!is_id(id))
    return exit_code::usage;
  http_client gateway{url};
  auto reply = gateway.get("/api/v1/jobs/" + id);
  if (!reply)
    return refuse(reply.error());
  if (reply->status != 200)
    return refuse(*reply);
  const auto job = nlohmann::ordered_json::parse(reply->body, nullptr, false);
  if (!job.is_object())
    return exit_code::failed;
  for (const auto& [key, value] : job.items())
    if (!value.is_null() && value != "" && !(value.is_array() && value.empty()))
      std::printf("%-20s %s\n", key.c_str(),
                  value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
  return exit_code::done;
}

exit_code show_result(const std::string& url, const std::string& id) {
  if (!is_id(id))
    return exit_code::usage;
  http_client gateway{url};
  auto reply = gateway.get("/api/v1/jobs/" + id + "/result", [](std::string_view piece) {
    std::fwrite(piece.data(), 1, piece.size(), stdout);
  });
  if (!reply)
    return refuse(reply.error());
  if (reply->status != 200)
    return refuse(*reply);
  std::fputc('\n', stdout);
  return exit_code::done;
}

} // namespace dure::node
