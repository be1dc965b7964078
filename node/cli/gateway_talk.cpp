#include "node/cli/gateway_talk.hpp"

#include "actors/core/ids.hpp"
#include "node/cli/terminal_text.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

using json = nlohmann::ordered_json;

exit_code code_of(long status) {
  switch (status) {
  case 404:
  case 410:
    return exit_code::not_found;
  case 409:
    return exit_code::conflict;
  case 429:
  case 503:
  case 507:
    return exit_code::unavailable;
  default:
    return status < 300 ? exit_code::done : exit_code::failed;
  }
}

} // namespace

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", clipped(text, std::string::npos).c_str());
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

exit_code refuse(const error& failure) {
  say("dure: " + failure.context);
  return failure.code == errc::unavailable ? exit_code::unavailable : exit_code::failed;
}

exit_code refuse(const http_reply& reply) {
  const auto body = object_of(reply);
  auto text = text_at(body, "detail");
  if (text.empty())
    text = text_at(body, "title");
  say("dure: " + (text.empty() ? "HTTP " + std::to_string(reply.status) : text));
  if (const auto errors = body.find("errors"); errors != body.end() && errors->is_array())
    for (const auto& one : *errors)
      if (one.is_object())
        say("  " + text_at(one, "pointer") + ": " + text_at(one, "detail"));
  return code_of(reply.status);
}

exit_code refuse_stranger(const gateway_options& to) {
  say("dure: what answers at " + to.url + " is no Dure gateway");
  return exit_code::failed;
}

json object_of(const http_reply& reply) {
  auto body = json::parse(reply.body, nullptr, false);
  return body.is_object() ? body : json::object();
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null())
    return {};
  return clipped(found->is_string() ? found->get<std::string>() : found->dump(), std::string::npos);
}

std::string joined(const nlohmann::ordered_json& texts) {
  std::string list;
  for (const auto& text : texts)
    if (text.is_string())
      list += (list.empty() ? "" : ", ") + text.get<std::string>();
  return clipped(list, std::string::npos);
}

bool is_job_id(const std::string& text) {
  if (parse_uuid(text))
    return true;
  say("dure: '" + text + "' is no job id; one looks like 0192f0c1-7e00-7001-8000-000000000000");
  return false;
}

bool is_end_word(const std::string& status) {
  return status == "completed" || status == "failed" || status == "cancelled";
}

std::string url_encoded(const std::string& text) {
  static constexpr std::string_view plain = "-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_word || plain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    std::array<char, 4> escape{};
    std::snprintf(escape.data(), escape.size(), "%%%02X", byte);
    encoded += escape.data();
  }
  return encoded;
}

std::string query_of(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters)
    if (!value.empty())
      query += (query.empty() ? "?" : "&") + name + "=" + url_encoded(value);
  return query;
}

exit_code ask_and_print(const gateway_options& to, const std::string& method,
                        const std::string& path, const std::string& body,
                        const std::function<void(const json&)>& show) {
  http_client gateway{to.url};
  auto reply = gateway.send(method, path, body);
  if (!reply)
    return refuse(reply.error());
  if (reply->status >= 300)
    return refuse(*reply);
  if (!json::accept(reply->body))
    return refuse_stranger(to);
  if (to.json) {
    print(reply->body + "\n");
    return exit_code::done;
  }
  const auto answer = object_of(*reply);
  show(answer);
  return exit_code::done;
}

} // namespace dure::node
