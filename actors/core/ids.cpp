#include "actors/core/ids.hpp"

#include <cstring>

namespace dure {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

constexpr bool dash_at(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

void put_big_endian(uuid& id, std::size_t at, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    id.bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
}

} // namespace

std::string to_string(const uuid& id) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (auto byte : id.bytes) {
    if (dash_at(text.size()))
      text += '-';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36)
    return std::nullopt;
  uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dash_at(i)) {
      if (text[i] != '-')
        return std::nullopt;
      continue;
    }
    auto value = hex_value(text[i]);
    if (value < 0)
      return std::nullopt;
    auto& byte = id.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
    ++nibble;
  }
  return id;
}

job_id make_job_id(log_number log, timestamp now, std::uint64_t random) {
  uuid id;
  put_big_endian(id, 0, static_cast<std::uint64_t>(now.time_since_epoch().count()), 6);
  put_big_endian(id, 6, 0x7000U | (number(log) & log_number_max), 2);
  put_big_endian(id, 8, (random & 0x3fffffffffffffffULL) | 0x8000000000000000ULL, 8);
  return job_id{id};
}

log_number log_of(const job_id& id) {
  auto high = id.value.bytes[6] & 0x0fU;
  return log_number{static_cast<std::uint16_t>(high << 8 | id.value.bytes[7])};
}

timestamp made_at(const job_id& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i)
    ms = ms << 8 | id.value.bytes[i];
  return timestamp{milliseconds{ms}};
}

uuid make_random_uuid(std::uint64_t high, std::uint64_t low) {
  uuid id;
  put_big_endian(id, 0, (high & ~0xf000ULL) | 0x4000ULL, 8);
  put_big_endian(id, 8, (low & 0x3fffffffffffffffULL) | 0x8000000000000000ULL, 8);
  return id;
}

} // namespace dure

std::size_t std::hash<dure::uuid>::operator()(const dure::uuid& id) const noexcept {
  // The last eight bytes are random in every version that we make.
  std::uint64_t tail = 0;
  std::memcpy(&tail, id.bytes.data() + 8, sizeof tail);
  std::uint64_t head = 0;
  std::memcpy(&head, id.bytes.data(), sizeof head);
  return static_cast<std::size_t>(tail ^ (head * 0x9e3779b97f4a7c15ULL));
}
