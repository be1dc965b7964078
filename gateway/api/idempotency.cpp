#include "gateway/api/idempotency.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

/// Room for the body in a record: JSON escapes may double it, and the rest needs some too.
constexpr std::size_t body_bytes_max = limits::record_value_bytes_max / 2 - 4096;

constexpr std::size_t key_bytes_max = 255;

constexpr std::size_t digest_prefix = 8;

std::uint64_t first_bits(const digest& d, std::size_t from) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < digest_prefix; ++i)
    bits = bits << 8 | d[from + i];
  return bits;
}

digest derive(const digest& name, std::string_view use, std::uint64_t n) {
  fingerprint f;
  f.add_field(use);
  f.add_field({reinterpret_cast<const char*>(name.data()), name.size()});
  f.add_field(std::to_string(n));
  return f.take();
}

std::int64_t to_number(timestamp t) {
  return t.time_since_epoch().count();
}

timestamp from_number(const json& ms) {
  return timestamp{milliseconds{ms.get<std::int64_t>()}};
}

json to_value(const response& r) {
  auto headers = json::array();
  for (const auto& [name, value] : r.headers)
    headers.push_back({name, value});
  return {{"status", r.status},
          {"content_type", r.content_type},
          {"body", r.body},
          {"headers", std::move(headers)}};
}

response to_answer(const json& value) {
  response r;
  r.status = value.at("status").get<int>();
  r.content_type = value.at("content_type").get<std::string>();
  r.body = value.at("body").get<std::string>();
  for (const auto& header : value.at("headers"))
    r.headers.emplace_back(header.at(0).get<std::string>(), header.at(1).get<std::string>());
  return r;
}

/// Returns at most `bytes_max` bytes of UTF-8 `text`, not cutting a character.
std::string_view first_part(std::string_view text, std::size_t bytes_max) {
  auto is_inside = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  auto size = std::min(text.size(), bytes_max);
  while (size > 1 && size < text.size() && is_inside(text[size]))
    --size;
  return text.substr(0, size);
}

std::string in_quotes(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

keyed_verdict judge(const keyed_request& known, std::string_view fingerprint, timestamp now) {
  if (known.fingerprint != fingerprint)
    return keyed_verdict::other_body;
  if (known.answer)
    return keyed_verdict::answer_again;
  return now < known.busy_until ? keyed_verdict::in_progress : keyed_verdict::take_over;
}

problem to_problem(keyed_verdict v, const keyed_request& known, timestamp now) {
  if (v == keyed_verdict::other_body)
    return {422,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request.",
            {},
            {}};
  auto left = std::chrono::ceil<std::chrono::seconds>(known.busy_until - now).count();
  return {409,
          "idempotency_key_in_progress",
          "The request with this Idempotency-Key is still being done.",
          {},
          std::clamp(static_cast<int>(left), 1, static_cast<int>(keyed_request_patience.count()))};
}

checked<std::string> parse_idempotency_key(std::string_view header) {
  auto visible = [](char c) { return c >= 0x21 && c <= 0x7e; };
  if (!header.empty() && header.size() <= key_bytes_max &&
      std::all_of(header.begin(), header.end(), visible))
    return std::string{header};
  return problem{400,
                 "invalid_header",
                 "Idempotency-Key must have 1 to 255 visible ASCII characters.",
                 {},
                 {}};
}

digest keyed_name(std::string_view owner, std::string_view key) {
  fingerprint f;
  f.add_field(owner);
  f.add_field(key);
  return f.take();
}

std::string request_fingerprint(std::string_view method, std::string_view target,
                                const digest& body) {
  fingerprint f;
  f.add_field(method);
  f.add_field(target);
  f.add_field({reinterpret_cast<const char*>(body.data()), body.size()});
  return to_hex(f.take());
}

std::string keyed_record_key(std::string_view owner, const digest& name) {
  return "idempotency/" + std::string{owner.empty() ? "-" : owner} + "/" + to_hex(name);
}

std::uint64_t derived_random(const digest& name, std::uint64_t n) {
  return first_bits(derive(name, "job", n), 0);
}

command_id derived_command_id(const digest& name, std::uint64_t n) {
  auto bits = derive(name, "command", n);
  return command_id{make_random_uuid(first_bits(bits, 0), first_bits(bits, digest_prefix))};
}

std::string to_json_text(const keyed_request& r) {
  json value{{"fingerprint", r.fingerprint},
             {"begun", to_number(r.begun)},
             {"busy_until", to_number(r.busy_until)},
             {"body_parts", r.body_parts},
             {"answer", r.answer ? to_value(*r.answer) : json(nullptr)}};
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<keyed_request> parse_keyed_request(std::string_view text) {
  try {
    auto value = json::parse(text);
    keyed_request r;
    r.fingerprint = value.at("fingerprint").get<std::string>();
    r.begun = from_number(value.at("begun"));
    r.busy_until = from_number(value.at("busy_until"));
    r.body_parts = value.at("body_parts").get<std::uint32_t>();
    if (const auto& answer = value.at("answer"); !answer.is_null())
      r.answer = to_answer(answer);
    return r;
  } catch (const json::exception&) {
    return error{errc::corrupt, "The record of a keyed request is damaged."};
  }
}

std::vector<command_body> keep_answer(const std::string& record_key, keyed_request request,
                                      response answer, std::uint64_t expected, timestamp now) {
  auto expires_at = now + keyed_requests_kept;
  std::vector<command_body> wishes;
  auto body = std::string_view{answer.body};
  if (body.size() > body_bytes_max) {
    while (!body.empty()) {
      auto part = first_part(body, body_bytes_max);
      body.remove_prefix(part.size());
      wishes.push_back(put_record{body_part_key(record_key, request.body_parts++), in_quotes(part),
                                  std::nullopt, expires_at});
    }
    answer.body.clear();
  }
  request.answer = std::move(answer);
  wishes.push_back(put_record{record_key, to_json_text(request), expected, expires_at});
  return wishes;
}

std::string body_part_key(const std::string& record_key, std::uint32_t n) {
  return record_key + "/" + std::to_string(n);
}

} // namespace dure::gateway
