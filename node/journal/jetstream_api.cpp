#include "node/journal/jetstream_api.hpp"

#include "node/journal/base64.hpp"
#include "node/journal/server_time.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace dure::node::jetstream {
namespace {

using nlohmann::json;
using std::chrono::nanoseconds;

constexpr nanoseconds inactive_threshold = std::chrono::seconds{5};

const json& field(const json& object, const char* name) {
  static const json nothing;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : nothing;
}

template <class T> T number_at(const json& object, const char* name) {
  const auto& value = field(object, name);
  return value.is_number() ? value.get<T>() : T{};
}

std::string text_at(const json& object, const char* name) {
  const auto& value = field(object, name);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

bool flag_at(const json& object, const char* name) {
  const auto& value = field(object, name);
  return value.is_boolean() && value.get<bool>();
}

/// Returns the answer's JSON, or the error that it tells of.
answer<json> open_answer(std::string_view text) {
  auto body = json::parse(text, nullptr, false);
  if (!body.is_object())
    return api_error{0, "the server's answer is malformed"};
  if (const auto& failure = field(body, "error"); failure.is_object())
    return api_error{number_at<int>(failure, "err_code"), text_at(failure, "description")};
  return body;
}

json to_json(const stream_settings& wanted) {
  return {{"name", wanted.name},
          {"subjects", wanted.subjects},
          {"retention", "limits"},
          {"storage", "file"},
          {"discard", "new"},
          {"max_msgs", -1},
          {"max_msgs_per_subject", -1},
          {"max_bytes", -1},
          {"max_age", 0},
          {"max_msg_size", -1},
          {"num_replicas", wanted.replicas},
          {"allow_rollup_hdrs", wanted.allow_rollup},
          {"allow_direct", wanted.allow_direct},
          {"duplicate_window", nanoseconds{wanted.duplicate_window}.count()}};
}

std::string misfit(const json& found, const stream_settings& wanted) {
  const auto expected = to_json(wanted);
  for (const char* name : {"subjects", "retention", "storage", "discard", "max_msgs",
                           "max_msgs_per_subject", "max_bytes", "max_age", "max_msg_size"})
    if (field(found, name) != expected[name])
      return std::string{name} + " is " + field(found, name).dump() + ", must be " +
             expected[name].dump();
  if (wanted.allow_rollup && !flag_at(found, "allow_rollup_hdrs"))
    return "allow_rollup_hdrs must be set";
  if (flag_at(found, "sealed"))
    return "it is sealed";
  return {};
}

std::uint64_t to_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

} // namespace

std::string create_stream_body(const stream_settings& wanted) {
  return to_json(wanted).dump();
}

answer<stream_state> parse_stream(std::string_view text, const stream_settings& wanted) {
  auto opened = open_answer(text);
  if (const auto* failure = std::get_if<api_error>(&opened))
    return *failure;
  const auto& body = std::get<json>(opened);
  const auto created = parse_server_time(text_at(body, "created"));
  if (!created)
    return api_error{0, "the server's answer has no time of creation"};
  const auto& state = field(body, "state");
  stream_state found;
  found.first = number_at<std::uint64_t>(state, "first_seq");
  found.last = number_at<std::uint64_t>(state, "last_seq");
  found.bytes = number_at<std::uint64_t>(state, "bytes");
  found.created = *created;
  found.replicas = number_at<int>(field(body, "config"), "num_replicas");
  found.in_cluster = !text_at(field(body, "cluster"), "name").empty();
  found.misfit = misfit(field(body, "config"), wanted);
  if (const auto& subjects = field(state, "subjects"); subjects.is_object())
    for (const auto& [subject, count] : subjects.items())
      if (count.is_number())
        found.subjects.emplace(subject, count.get<std::uint64_t>());
  return found;
}

answer<publish_ack> parse_publish_ack(std::string_view text) {
  auto opened = open_answer(text);
  if (const auto* failure = std::get_if<api_error>(&opened))
    return *failure;
  const auto& body = std::get<json>(opened);
  publish_ack ack{number_at<std::uint64_t>(body, "seq"), flag_at(body, "duplicate")};
  if (ack.sequence == 0)
    return api_error{0, "the server's acknowledgement has no sequence"};
  return ack;
}

answer<stored_message> parse_stored_message(std::string_view text) {
  auto opened = open_answer(text);
  if (const auto* failure = std::get_if<api_error>(&opened))
    return *failure;
  const auto& message = field(std::get<json>(opened), "message");
  auto payload = base64::parse(text_at(message, "data"));
  if (!message.is_object() || !payload)
    return api_error{0, "the server's message is malformed"};
  return stored_message{number_at<std::uint64_t>(message, "seq"), text_at(message, "subject"),
                        std::move(*payload), parse_server_time(text_at(message, "time"))};
}

std::string create_consumer_body(const consumer_settings& wanted) {
  json config{{"name", wanted.name},
              {"deliver_subject", wanted.deliver_to},
              {"deliver_policy", "by_start_sequence"},
              {"opt_start_seq", wanted.from},
              {"ack_policy", "none"},
              {"max_deliver", 1},
              {"replay_policy", "instant"},
              {"flow_control", true},
              {"idle_heartbeat", nanoseconds{wanted.heartbeat}.count()},
              {"inactive_threshold", inactive_threshold.count()},
              {"mem_storage", true},
              {"num_replicas", 1}};
  if (!wanted.filter.empty())
    config["filter_subject"] = wanted.filter;
  return json{{"stream_name", wanted.stream}, {"config", config}}.dump();
}

std::optional<api_error> parse_done(std::string_view text) {
  auto opened = open_answer(text);
  if (auto* failure = std::get_if<api_error>(&opened))
    return std::move(*failure);
  return std::nullopt;
}

std::optional<delivery> parse_delivery(std::string_view reply_subject) {
  std::vector<std::string_view> tokens;
  while (tokens.size() < 16) {
    const auto dot = reply_subject.find('.');
    tokens.push_back(reply_subject.substr(0, dot));
    if (dot == std::string_view::npos)
      break;
    reply_subject.remove_prefix(dot + 1);
  }
  if (tokens.size() < 9 || tokens[0] != "$JS" || tokens[1] != "ACK")
    return std::nullopt;
  const std::size_t at = tokens.size() >= 11 ? 4 : 2; // Of the stream's name.
  return delivery{tokens[at + 1], to_number(tokens[at + 3]), to_number(tokens[at + 4])};
}

} // namespace dure::node::jetstream
