#include "actors/core/timer.hpp"

#include "actors/core/keys.hpp"

namespace dure {

namespace {

constexpr std::size_t due_bytes = 8;

std::string key_at(log_number log, timestamp due) {
  auto ms = static_cast<std::uint64_t>(due.time_since_epoch().count());
  auto key = keys::log(log);
  for (int i = 7; i >= 0; --i)
    key += static_cast<char>(ms >> (8 * i));
  return key;
}

} // namespace

timer make_timer(timestamp due, timer_type type, const uuid& subject) {
  return {due, type,
          std::string{reinterpret_cast<const char*>(subject.bytes.data()), subject.bytes.size()}};
}

std::string timer_key(log_number log, const timer& t) {
  auto key = key_at(log, t.due);
  key += static_cast<char>(t.type);
  key += t.subject;
  return key;
}

std::optional<timer> parse_timer(std::string_view key) {
  auto rest = keys::after_log(key);
  if (rest.size() < due_bytes + 1)
    return std::nullopt;
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < due_bytes; ++i)
    ms = ms << 8 | static_cast<std::uint8_t>(rest[i]);
  auto type = static_cast<std::uint8_t>(rest[due_bytes]);
  if (type < static_cast<std::uint8_t>(timer_type::ready) ||
      type > static_cast<std::uint8_t>(timer_type::record_expiry))
    return std::nullopt;
  return timer{timestamp{milliseconds{static_cast<std::int64_t>(ms)}}, timer_type{type},
               std::string{rest.substr(due_bytes + 1)}};
}

key_range timers_until(log_number log, timestamp now) {
  return {keys::log(log), key_at(log, now + milliseconds{1})};
}

} // namespace dure
