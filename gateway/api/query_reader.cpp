#include "gateway/api/query_reader.hpp"

#include "gateway/api/time_text.hpp"

#include <algorithm>
#include <charconv>

namespace dure::gateway {

std::optional<std::string> query_reader::text(std::string_view name, std::size_t bytes_max) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  if (!value->empty() && value->size() <= bytes_max)
    return *value;
  reject(name, "Must have 1 to " + std::to_string(bytes_max) + " bytes.");
  return std::nullopt;
}

std::optional<std::uint64_t> query_reader::integer(std::string_view name, std::uint64_t min,
                                                   std::uint64_t max) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  std::uint64_t number = 0;
  auto* last = value->data() + value->size();
  auto [end, failed] = std::from_chars(value->data(), last, number);
  if (failed == std::errc{} && end == last && number >= min && number <= max)
    return number;
  reject(name,
         "Must be a whole number from " + std::to_string(min) + " to " + std::to_string(max) + ".");
  return std::nullopt;
}

std::optional<timestamp> query_reader::time(std::string_view name) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  auto t = parse_timestamp(*value);
  if (!t)
    reject(name, "Must be a time of RFC 3339, such as 2026-01-31T09:00:00Z.");
  return t;
}

std::optional<milliseconds> query_reader::duration(std::string_view name) {
  auto* value = take(name);
  if (value == nullptr)
    return std::nullopt;
  auto d = parse_duration(*value);
  if (!d)
    reject(name, "Must be a span such as 30s, 500ms or 2m.");
  return d;
}

bool query_reader::flag(std::string_view name) {
  auto* value = take(name);
  if (value == nullptr || *value == "false" || *value == "0")
    return false;
  if (!value->empty() && *value != "true" && *value != "1")
    reject(name, "Must be true or false.");
  return true;
}

void query_reader::reject(std::string_view name, std::string detail) {
  auto pointer = in_ == place::address ? "?" + std::string{name} : "/" + pointer_token(name);
  errors_.push_back({std::move(pointer), std::move(detail)});
}

std::optional<problem> query_reader::finish() {
  bool unknown = false;
  for (const auto& [name, value] : parameters_) {
    if (std::find(taken_.begin(), taken_.end(), name) != taken_.end())
      continue;
    reject(name, known());
    unknown = true;
  }
  if (errors_.empty())
    return std::nullopt;
  auto code = std::string{unknown ? "unknown_" : "invalid_"};
  code += in_ == place::address ? "parameter" : "field";
  problem p{400, std::move(code), {}, std::move(errors_), {}};
  p.detail = p.errors.front().pointer + ": " + p.errors.front().detail;
  return p;
}

/// Returns what to say of an unknown name: which ones there are.
std::string query_reader::known() const {
  auto what = std::string{in_ == place::address ? "parameter" : "field"};
  if (taken_.empty())
    return "No such " + what + "; there are none here.";
  std::string names;
  for (auto name : taken_)
    names += (names.empty() ? "" : ", ") + std::string{name};
  return "No such " + what + ". There are: " + names + ".";
}

const std::string* query_reader::take(std::string_view name) {
  taken_.push_back(name);
  const std::string* found = nullptr;
  for (const auto& [key, value] : parameters_) {
    if (key != name)
      continue;
    if (found != nullptr) {
      reject(name, "Given twice.");
      return nullptr;
    }
    found = &value;
  }
  return found;
}

} // namespace dure::gateway
