#include "gateway/api/object_reader.hpp"

#include "gateway/api/time_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

object_reader::object_reader(const nlohmann::json& object, std::string pointer)
    : object_{object}, pointer_{std::move(pointer)} {
  if (!object_.is_object())
    errors_.push_back(
        {pointer_, pointer_.empty() ? "The body must be an object." : "Must be an object."});
}

std::optional<std::string> object_reader::text(std::string_view name, std::size_t bytes_max) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  auto* found = value->get_ptr<const std::string*>();
  if (found == nullptr)
    reject(name, "Must be a string.");
  else if (found->size() > bytes_max)
    reject(name, "Must be at most " + std::to_string(bytes_max) + " bytes.");
  else if (has_control(*found))
    reject(name, "Must not hold control characters.");
  else
    return *found;
  return std::nullopt;
}

std::optional<std::string> object_reader::prose(std::string_view name, std::size_t bytes_max) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  auto* found = value->get_ptr<const std::string*>();
  if (found != nullptr && !found->empty() && found->size() <= bytes_max)
    return *found;
  reject(name, "Must be a string of 1 to " + std::to_string(bytes_max) + " bytes.");
  return std::nullopt;
}

std::optional<std::int64_t> object_reader::integer(std::string_view name, std::int64_t min,
                                                   std::int64_t max) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  if (value->is_number_integer()) {
    auto beyond = value->is_number_unsigned() &&
                  value->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
    auto number = value->get<std::int64_t>();
    if (!beyond && number >= min && number <= max)
      return number;
  }
  reject(name,
         "Must be a whole number from " + std::to_string(min) + " to " + std::to_string(max) + ".");
  return std::nullopt;
}

std::optional<bool> object_reader::flag(std::string_view name) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  if (value->is_boolean())
    return value->get<bool>();
  reject(name, "Must be true or false.");
  return std::nullopt;
}

std::optional<timestamp> object_reader::time(std::string_view name) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  if (auto* found = value->get_ptr<const std::string*>())
    if (auto t = parse_timestamp(*found))
      return t;
  reject(name, "Must be a time of RFC 3339, such as 2026-01-31T09:00:00Z.");
  return std::nullopt;
}

std::optional<std::vector<std::string>>
object_reader::texts(std::string_view name, std::size_t count_max, std::size_t bytes_max) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  auto legal = [&](const nlohmann::json& item) {
    auto* found = item.get_ptr<const std::string*>();
    return found != nullptr && !found->empty() && found->size() <= bytes_max &&
           !has_control(*found);
  };
  if (value->is_array() && value->size() <= count_max &&
      std::all_of(value->begin(), value->end(), legal))
    return value->get<std::vector<std::string>>();
  reject(name, "Must be an array of at most " + std::to_string(count_max) + " strings of 1 to " +
                   std::to_string(bytes_max) + " bytes.");
  return std::nullopt;
}

std::optional<std::string> object_reader::json_value(std::string_view name, std::size_t bytes_max) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  return dumped(*value, name, bytes_max);
}

std::optional<std::string> object_reader::json_object(std::string_view name,
                                                      std::size_t bytes_max) {
  auto* value = object(name);
  if (value == nullptr)
    return std::nullopt;
  return dumped(*value, name, bytes_max);
}

const nlohmann::json* object_reader::object(std::string_view name) {
  auto* value = take(name);
  if (value == nullptr || value->is_object())
    return value;
  reject(name, "Must be an object.");
  return nullptr;
}

bool object_reader::names(std::string_view name) const {
  return object_.is_object() && object_.contains(name);
}

void object_reader::reject(std::string_view name, std::string detail) {
  errors_.push_back({pointer_to(name), std::move(detail)});
}

void object_reader::absorb(object_reader&& member) {
  member.note_unknown();
  unknown_ = unknown_ || member.unknown_;
  std::move(member.errors_.begin(), member.errors_.end(), std::back_inserter(errors_));
}

void object_reader::require(std::string_view name) {
  if (!object_.is_object())
    return;
  auto found = object_.find(name);
  if (found == object_.end() || found->is_null())
    reject(name, "Must be given.");
}

std::optional<problem> object_reader::finish() {
  note_unknown();
  if (errors_.empty())
    return std::nullopt;
  problem p{400, unknown_ ? "unknown_field" : "invalid_field", {}, std::move(errors_), {}};
  const auto& first = p.errors.front();
  p.detail = first.pointer.empty() ? first.detail : first.pointer + ": " + first.detail;
  return p;
}

std::string object_reader::pointer_to(std::string_view name) const {
  return pointer_ + "/" + pointer_token(name);
}

const nlohmann::json* object_reader::take(std::string_view name) {
  taken_.push_back(name);
  if (!object_.is_object())
    return nullptr;
  auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> object_reader::dumped(const nlohmann::json& value, std::string_view name,
                                                 std::size_t bytes_max) {
  auto text = value.dump();
  if (text.size() <= bytes_max)
    return text;
  reject(name, "Must be at most " + std::to_string(bytes_max) + " bytes of JSON.");
  return std::nullopt;
}

void object_reader::note_unknown() {
  if (!object_.is_object())
    return;
  for (const auto& [name, value] : object_.items()) {
    if (std::find(taken_.begin(), taken_.end(), name) != taken_.end())
      continue;
    reject(name, "No such field. There are: " + known() + ".");
    unknown_ = true;
  }
}

std::string object_reader::known() const {
  std::string names;
  for (auto name = taken_.begin(); name != taken_.end(); ++name)
    if (std::find(taken_.begin(), name, *name) == name)
      names += (names.empty() ? "" : ", ") + std::string{*name};
  return names.empty() ? "none" : names;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

} // namespace dure::gateway
