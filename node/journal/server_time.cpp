#include "node/journal/server_time.hpp"

#include <cstdio>

namespace dure::node {

std::string to_server_time(timestamp t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text;
}

std::optional<timestamp> parse_server_time(std::string_view text) {
  const std::string owned{text};
  int year = 0, hour = 0, minute = 0, second = 0, read = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(owned.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
                  &second, &read) != 6)
    return std::nullopt;
  auto rest = std::string_view{owned}.substr(static_cast<std::size_t>(read));

  milliseconds fraction{0};
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    int unit = 100;
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; unit /= 10) {
      fraction += milliseconds{unit * (rest.front() - '0')};
      rest.remove_prefix(1);
    }
  }

  std::chrono::minutes offset{0};
  if (rest != "Z") {
    int hours = 0, minutes = 0;
    char sign = 0;
    if (std::sscanf(std::string{rest}.c_str(), "%c%2d:%2d", &sign, &hours, &minutes) != 3 ||
        (sign != '+' && sign != '-'))
      return std::nullopt;
    offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    if (sign == '-')
      offset = -offset;
  }

  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + fraction - offset;
}

} // namespace dure::node
