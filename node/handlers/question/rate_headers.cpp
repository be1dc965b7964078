#include "node/handlers/question/rate_headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dure::node {

namespace {

constexpr const char* retry_after_ms = "retry-after-ms";
constexpr const char* requests_left = "x-ratelimit-remaining-requests";
constexpr const char* tokens_left = "x-ratelimit-remaining-tokens";
constexpr const char* requests_reset = "x-ratelimit-reset-requests";
constexpr const char* tokens_reset = "x-ratelimit-reset-tokens";

constexpr double day_ms = 86'400'000;

std::string_view value_of(const header_values& headers, const char* name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

std::optional<std::uint64_t> count_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size() ? std::optional{value}
                                                                    : std::nullopt;
}

/// Returns the milliseconds of the unit that `text` begins with, and its length; 0: none.
std::pair<double, std::size_t> unit_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 5> units{
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", day_ms}}};
  for (const auto& [name, ms] : units)
    if (text.starts_with(name))
      return {ms, name.size()};
  return {0, 0};
}

} // namespace

std::vector<std::string> rate_header_names() {
  return {retry_after_ms, requests_left, tokens_left, requests_reset, tokens_reset};
}

quota_report quota_of(const header_values& headers) {
  return {count_of(value_of(headers, requests_left)), count_of(value_of(headers, tokens_left))};
}

std::optional<milliseconds> wait_of(const header_values& headers) {
  if (const auto ms = count_of(value_of(headers, retry_after_ms)))
    return milliseconds{std::min<std::uint64_t>(*ms, static_cast<std::uint64_t>(day_ms))};
  const auto quota = quota_of(headers);
  std::optional<milliseconds> wait;
  for (const auto& [left, name] :
       {std::pair{quota.requests_left, requests_reset}, {quota.tokens_left, tokens_reset}})
    if (left == 0U)
      wait = std::max(wait, parse_span(value_of(headers, name)));
  return wait;
}

std::optional<milliseconds> parse_span(std::string_view text) {
  if (text.empty())
    return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (failure != std::errc{} || !(number >= 0))
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto [ms, length] = unit_of(text);
    if (length == 0)
      return std::nullopt;
    text.remove_prefix(length);
    sum += number * ms;
  }
  return milliseconds{static_cast<milliseconds::rep>(std::min(sum, day_ms))};
}

} // namespace dure::node
