#include "gateway/api/queue_json.hpp"

#include "actors/core/job.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

constexpr std::string_view known_fields[] = {
    "name", "logs", "kinds", "paused", "pause_reason", "concurrency_max", "depth_max", "rate"};

template <class T> json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

constexpr std::string_view known_rates[] = {"requests_per_minute", "tokens_per_minute"};

template <std::size_t N>
bool knows_all_fields(const json& value, const std::string_view (&known)[N]) {
  return std::all_of(value.items().begin(), value.items().end(), [&](const auto& member) {
    return std::find(std::begin(known), std::end(known), member.key()) != std::end(known);
  });
}

json to_json(const rate_limits& rate) {
  return {{"requests_per_minute", or_null(rate.requests_per_minute)},
          {"tokens_per_minute", or_null(rate.tokens_per_minute)}};
}

/// Throws like `read`. Records written before there were rates have none.
rate_limits read_rate(const json& value) {
  rate_limits rate;
  if (const auto& limit = value.at("requests_per_minute"); !limit.is_null())
    rate.requests_per_minute = limit.get<std::uint32_t>();
  if (const auto& limit = value.at("tokens_per_minute"); !limit.is_null())
    rate.tokens_per_minute = limit.get<std::uint32_t>();
  return rate;
}

/// Throws nlohmann's exceptions for anything missing or of another type.
queue_definition read(const json& value, std::uint64_t version) {
  queue_definition q;
  q.name = value.at("name").get<std::string>();
  for (const auto& log : value.at("logs"))
    q.logs.push_back(log_number{log.get<std::uint16_t>()});
  q.kinds = value.at("kinds").get<std::vector<std::string>>();
  q.settings.version = version;
  q.settings.paused = value.at("paused").get<bool>();
  q.settings.pause_reason = value.at("pause_reason").get<std::string>();
  if (const auto& limit = value.at("concurrency_max"); !limit.is_null())
    q.settings.concurrency_max = limit.get<std::uint32_t>();
  if (const auto& limit = value.at("depth_max"); !limit.is_null())
    q.settings.depth_max = limit.get<std::uint64_t>();
  if (const auto rate = value.find("rate"); rate != value.end())
    q.settings.rate = read_rate(*rate);
  return q;
}

bool makes_sense(const queue_definition& q) {
  auto legal = [](log_number n) { return n != control_log && number(n) <= log_number_max; };
  return is_name(q.name) && !q.logs.empty() && std::all_of(q.logs.begin(), q.logs.end(), legal);
}

} // namespace

std::string queue_record_key(std::string_view name) {
  return std::string{queue_key_prefix} + std::string{name};
}

std::string log_record_key(log_number log) {
  return std::string{log_record_prefix} + std::to_string(number(log));
}

std::optional<log_number> parse_log_record_key(std::string_view key) {
  if (!key.starts_with(log_record_prefix))
    return std::nullopt;
  key.remove_prefix(log_record_prefix.size());
  std::uint16_t n = 0;
  const auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), n);
  if (failure != std::errc{} || end != key.data() + key.size() || n > log_number_max)
    return std::nullopt;
  return log_number{n};
}

std::string to_json_text(const queue_definition& q) {
  auto logs = json::array();
  for (auto log : q.logs)
    logs.push_back(number(log));
  return json{{"name", q.name},
              {"logs", std::move(logs)},
              {"kinds", q.kinds},
              {"paused", q.settings.paused},
              {"pause_reason", q.settings.pause_reason},
              {"concurrency_max", or_null(q.settings.concurrency_max)},
              {"depth_max", or_null(q.settings.depth_max)},
              {"rate", to_json(q.settings.rate)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

result<queue_definition> parse_queue_definition(std::string_view text, std::uint64_t version) {
  auto value = json::parse(text, nullptr, false);
  if (!value.is_object())
    return error{errc::corrupt, "A queue's record is not a JSON object."};
  const auto rate = value.find("rate");
  if (!knows_all_fields(value, known_fields) ||
      (rate != value.end() && rate->is_object() && !knows_all_fields(*rate, known_rates)))
    return error{errc::newer_node_needed, "A queue's record has a field that is not known."};
  try {
    auto q = read(value, version);
    if (makes_sense(q))
      return q;
  } catch (const json::exception&) {
    // Falls through: one answer for every kind of damage.
  }
  return error{errc::corrupt, "A queue's record lacks a field or has one of another type."};
}

} // namespace dure::gateway
