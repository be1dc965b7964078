#include "gateway/api/system_prompt.hpp"

#include "actors/core/default_prompt.hpp"
#include "actors/core/keys.hpp"
#include "actors/core/queries.hpp"
#include "actors/core/question.hpp"
#include "actors/core/rows.hpp"
#include "gateway/api/json_text.hpp"
#include "gateway/api/object_reader.hpp"
#include "gateway/api/time_text.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

constexpr auto version_max = std::numeric_limits<std::int64_t>::max();

system_prompt built_in() {
  return {default_prompt_version, std::string{default_prompt}, {}};
}

error damaged() {
  return {errc::corrupt, "A prompt's record lacks a field or has one of another type."};
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Returns the record's object, whose `version` is a number.
result<json> parse_record(std::string_view text) {
  auto value = json::parse(text, nullptr, false);
  if (!value.is_object() || !value.contains("version") || !value["version"].is_number_unsigned())
    return damaged();
  return result<json>{boost::system::in_place_value, std::move(value)};
}

result<system_prompt> parse_prompt(std::string_view text) {
  auto value = parse_record(text);
  if (!value)
    return value.error();
  const auto content = value->find("content");
  const auto created_at = value->find("created_at");
  if (content == value->end() || !content->is_string() || created_at == value->end() ||
      !created_at->is_string())
    return damaged();
  return system_prompt{(*value)["version"].get<std::uint64_t>(), content->get<std::string>(),
                       parse_timestamp(created_at->get_ref<const std::string&>())};
}

} // namespace

const system_prompt* prompt_history::find(std::uint64_t version) const {
  auto found = std::find_if(versions.begin(), versions.end(),
                            [version](const auto& p) { return p.version == version; });
  return found == versions.end() ? nullptr : &*found;
}

const system_prompt* prompt_history::find(std::string_view content) const {
  auto found = std::find_if(versions.begin(), versions.end(),
                            [content](const auto& p) { return p.content == content; });
  return found == versions.end() ? nullptr : &*found;
}

std::string prompt_key() {
  return std::string{prompt_tag_prefix} + std::string{prompt_name};
}

std::string prompt_key(std::uint64_t version) {
  return prompt_key() + "/" + std::to_string(version);
}

std::string to_record_text(const system_prompt& p) {
  return dumped({{"name", prompt_name},
                 {"version", p.version},
                 {"content", p.content},
                 {"created_at", to_text(p.created_at.value_or(timestamp{}))}});
}

std::string to_active_text(std::uint64_t version) {
  return dumped({{"version", version}});
}

result<prompt_choice> active_prompt(const state_reader& view, log_number log) {
  auto record = queries::find_record(view, log, prompt_key());
  if (!record && record.error().code == errc::not_found)
    return prompt_choice{default_prompt_version, 0};
  if (!record)
    return record.error();
  auto value = parse_record(record->value);
  if (!value)
    return value.error();
  return prompt_choice{(*value)["version"].get<std::uint64_t>(), record->version};
}

result<system_prompt> find_prompt(const state_reader& view, log_number log, std::uint64_t version) {
  if (version == default_prompt_version)
    return built_in();
  auto record = queries::find_record(view, log, prompt_key(version));
  if (!record)
    return record.error();
  return parse_prompt(record->value);
}

result<prompt_history> read_prompts(const state_reader& view, log_number log) {
  auto active = active_prompt(view, log);
  if (!active)
    return active.error();
  prompt_history history{{built_in()}, *active};
  std::optional<error> failed;
  auto scanned = view.scan(family::records, keys::records_of(log, prompt_key() + "/"),
                           scan_order::ascending, [&](std::string_view, std::string_view value) {
                             auto row = decode_row<record_row>(value);
                             auto p = row ? parse_prompt(row->value) : row.error();
                             if (p)
                               history.versions.push_back(std::move(*p));
                             else
                               failed = p.error();
                             return !failed;
                           });
  if (!scanned)
    return scanned.error();
  if (failed)
    return *failed;
  // Keys order their numbers as text.
  std::sort(history.versions.begin(), history.versions.end(),
            [](const auto& a, const auto& b) { return a.version < b.version; });
  return history;
}

checked<prompt_request> parse_prompt_request(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  prompt_request asked;
  fields.require("content");
  if (auto content = fields.prose("content", prompt_bytes_max)) {
    asked.content = std::move(*content);
    if (asked.content.find_first_not_of(" \t\r\n") == std::string::npos)
      fields.reject("content", "Must say something.");
  }
  if (auto expected = fields.integer("expectedVersion", 1, version_max))
    asked.expected_version = static_cast<std::uint64_t>(*expected);
  if (auto wrong = fields.finish())
    return *wrong;
  return checked<prompt_request>{boost::system::in_place_value, std::move(asked)};
}

checked<std::uint64_t> parse_rollback_request(std::string_view body) {
  auto value = parse_json(body);
  if (!value)
    return value.error();
  object_reader fields{*value};
  fields.require("version");
  auto version = fields.integer("version", 1, version_max);
  if (auto wrong = fields.finish())
    return *wrong;
  return checked<std::uint64_t>{boost::system::in_place_value,
                                static_cast<std::uint64_t>(*version)};
}

json to_json(const system_prompt& p) {
  return {{"name", prompt_name},
          {"version", p.version},
          {"content", p.content},
          {"createdAt", p.created_at ? json(to_text(*p.created_at)) : json(nullptr)}};
}

} // namespace dure::gateway
