#include "gateway/api/problem.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

struct mapping {
  int status;
  std::string_view code;
};

/// Retry-After of refusals that pass by themselves, in seconds.
constexpr int retry_soon_s = 1;
constexpr int retry_when_led_s = 2;

mapping map(errc code) {
  switch (code) {
  case errc::not_found:
    return {404, "not_found"};
  case errc::gone:
    return {410, "gone"};
  case errc::wrong_state:
    return {409, "wrong_state"};
  case errc::stale_lease:
    return {409, "stale_lease"};
  case errc::version_mismatch:
    return {409, "version_mismatch"};
  case errc::invalid:
    return {400, "invalid"};
  case errc::queue_full:
    return {429, "queue_full"};
  case errc::unique_taken:
    return {409, "unique_taken"};
  case errc::too_large:
    return {413, "too_large"};
  case errc::unavailable:
    return {503, "unavailable"};
  case errc::unknown_outcome:
    return {503, "unknown_outcome"};
  case errc::not_leader:
    return {503, "unavailable"};
  case errc::busy:
    return {503, "busy"};
  case errc::shutting_down:
    return {503, "shutting_down"};
  case errc::store_failed:
  case errc::corrupt:
  case errc::newer_node_needed:
  case errc::io_failed:
    return {500, "internal"};
  case errc::timeout:
    return {503, "timeout"};
  case errc::cancelled:
    return {409, "cancelled"};
  }
  return {500, "internal"};
}

std::optional<int> retry_after(errc code, int status) {
  if (code == errc::queue_full || code == errc::busy)
    return retry_soon_s;
  if (status == 503)
    return retry_when_led_s;
  return std::nullopt;
}

} // namespace

problem bad_field(std::string pointer, std::string code, std::string detail) {
  problem p{400, std::move(code), detail, {}, {}};
  p.errors.push_back({std::move(pointer), std::move(detail)});
  return p;
}

bool names(const problem& p, std::string_view pointer) {
  return std::any_of(p.errors.begin(), p.errors.end(),
                     [pointer](const field_error& e) { return e.pointer == pointer; });
}

int http_status(errc code) {
  return map(code).status;
}

std::string_view problem_code(errc code) {
  return map(code).code;
}

problem to_problem(const error& e) {
  auto [status, code] = map(e.code);
  problem p{status, std::string{code}, std::string{to_string(e.code)}, {}, {}};
  if (status < 500 && !e.context.empty())
    p.detail += " " + e.context;
  p.retry_after_s = retry_after(e.code, status);
  return p;
}

std::string to_json_text(const problem& p, std::string_view instance) {
  nlohmann::json body{{"type", "urn:dure:problem:" + p.code},
                      {"title", status_phrase(p.status)},
                      {"status", p.status},
                      {"detail", p.detail},
                      {"instance", instance},
                      {"code", p.code}};
  auto errors = nlohmann::json::array();
  for (const auto& e : p.errors)
    errors.push_back({{"pointer", e.pointer}, {"detail", e.detail}});
  body["errors"] = std::move(errors);
  // The instance and the names of unknown fields come from the client and may be any bytes.
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string pointer_token(std::string_view token) {
  std::string out;
  for (auto c : token) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string_view status_phrase(int status) {
  static constexpr std::pair<int, std::string_view> phrases[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {507, "Insufficient Storage"},
      {505, "HTTP Version Not Supported"},
  };
  for (const auto& [number, phrase] : phrases)
    if (number == status)
      return phrase;
  return "Error";
}

} // namespace dure::gateway
