#pragma once

#include "actors/core/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dure {

/// 128 bits that name something for ever. Ordered byte by byte, so UUIDv7s order by time.
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const uuid&) const = default;
};

/// Returns the 36-character lower-case form of RFC 9562.
std::string to_string(const uuid& id);

/// Returns the id that `text` (36 characters, any case) names, or nothing if it is malformed.
std::optional<uuid> parse_uuid(std::string_view text);

/// A uuid that cannot be confused with one of another kind.
template <class Tag> struct named_uuid {
  uuid value;

  auto operator<=>(const named_uuid&) const = default;
};

template <class Tag> std::string to_string(const named_uuid<Tag>& id) {
  return to_string(id.value);
}

using job_id = named_uuid<struct job_id_tag>;
using boot_id = named_uuid<struct boot_id_tag>;       ///< One life of one node process.
using command_id = named_uuid<struct command_id_tag>; ///< Names a wish, so that it may be repeated.
using claim_id = named_uuid<struct claim_id_tag>;     ///< Names a worker's request for jobs.

/// Names a log: 0 is `control`, the others are shards of queues. At most 4095, as it lives in 12
/// bits of every job id.
enum class log_number : std::uint16_t {};
inline constexpr log_number control_log{0};
inline constexpr std::uint16_t log_number_max = 4095;

/// A record's place in its log, equal to the stream's sequence. The first is 1; 0 means "nothing
/// yet".
enum class journal_index : std::uint64_t {};

/// How often leadership of a log has been claimed. 0 means "never".
enum class epoch_number : std::uint64_t {};

constexpr std::uint64_t number(journal_index i) {
  return static_cast<std::uint64_t>(i);
}

constexpr std::uint64_t number(epoch_number e) {
  return static_cast<std::uint64_t>(e);
}

constexpr std::uint16_t number(log_number n) {
  return static_cast<std::uint16_t>(n);
}

constexpr journal_index next(journal_index i) {
  return journal_index{number(i) + 1};
}

constexpr epoch_number next(epoch_number e) {
  return epoch_number{number(e) + 1};
}

/// Returns a UUIDv7 (RFC 9562 §5.7) whose rand_a field is the log's number and whose rand_b comes
/// from `random`.
job_id make_job_id(log_number log, timestamp now, std::uint64_t random);

/// Returns the log that `id` lives in.
log_number log_of(const job_id& id);

/// Returns the millisecond that `id` was made in.
timestamp made_at(const job_id& id);

/// Returns a random (version 4) uuid from 128 random bits.
uuid make_random_uuid(std::uint64_t high, std::uint64_t low);

} // namespace dure

template <> struct std::hash<dure::uuid> {
  std::size_t operator()(const dure::uuid& id) const noexcept;
};

template <class Tag> struct std::hash<dure::named_uuid<Tag>> {
  std::size_t operator()(const dure::named_uuid<Tag>& id) const noexcept {
    return std::hash<dure::uuid>{}(id.value);
  }
};
