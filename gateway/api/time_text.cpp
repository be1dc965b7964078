#include "gateway/api/time_text.hpp"

#include <charconv>
#include <cstdio>

namespace dure::gateway {

namespace {

using namespace std::chrono;

/// Reads a fixed number of digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count)
    return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9')
      return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos)
    return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  auto y = take_digits(text, 4);
  if (!y || !take(text, "-"))
    return std::nullopt;
  auto m = take_digits(text, 2);
  if (!m || !take(text, "-"))
    return std::nullopt;
  auto d = take_digits(text, 2);
  if (!d)
    return std::nullopt;
  year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *y < 1970)
    return std::nullopt;
  return sys_days{date};
}

/// Reads hh:mm; seconds too when wanted.
std::optional<seconds> take_clock(std::string_view& text, bool with_seconds) {
  auto h = take_digits(text, 2);
  if (!h || *h > 23 || !take(text, ":"))
    return std::nullopt;
  auto m = take_digits(text, 2);
  if (!m || *m > 59)
    return std::nullopt;
  auto clock = hours{*h} + minutes{*m};
  if (!with_seconds)
    return clock;
  if (!take(text, ":"))
    return std::nullopt;
  auto s = take_digits(text, 2);
  if (!s || *s > 60)
    return std::nullopt;
  return clock + seconds{*s};
}

/// Reads ".123456789"; a dot without digits is malformed.
std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, "."))
    return milliseconds{0};
  int value = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits < 3)
      value = value * 10 + (text.front() - '0');
    ++digits;
  }
  if (digits == 0)
    return std::nullopt;
  for (auto missing = digits; missing < 3; ++missing)
    value *= 10;
  return milliseconds{value};
}

std::optional<seconds> take_offset(std::string_view& text) {
  if (take(text, "zZ"))
    return seconds{0};
  auto behind = !text.empty() && text.front() == '-';
  if (!take(text, "+-"))
    return std::nullopt;
  auto offset = take_clock(text, false);
  if (!offset)
    return std::nullopt;
  return behind ? -*offset : *offset;
}

} // namespace

std::string to_text(timestamp t) {
  auto day_start = floor<days>(t);
  year_month_day date{day_start};
  hh_mm_ss clock{t - day_start};
  char text[40];
  auto size = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text, static_cast<std::size_t>(size)};
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
  auto date = take_date(text);
  if (!date || !take(text, "tT "))
    return std::nullopt;
  auto clock = take_clock(text, true);
  if (!clock)
    return std::nullopt;
  auto fraction = take_fraction(text);
  if (!fraction)
    return std::nullopt;
  auto offset = take_offset(text);
  if (!offset || !text.empty())
    return std::nullopt;
  auto t = timestamp{*date} + *clock + *fraction - *offset;
  if (t < timestamp{})
    return std::nullopt;
  return t;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::uint32_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{})
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty() || text == "s")
    return seconds{value};
  if (text == "ms")
    return milliseconds{value};
  if (text == "m")
    return minutes{value};
  return std::nullopt;
}

std::string to_http_date(timestamp t) {
  static constexpr const char* day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto day_start = floor<days>(t);
  year_month_day date{day_start};
  hh_mm_ss clock{floor<seconds>(t - day_start)};
  char text[40];
  auto size = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
      day_names[weekday{day_start}.c_encoding()], static_cast<unsigned>(date.day()),
      month_names[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text, static_cast<std::size_t>(size)};
}

} // namespace dure::gateway
