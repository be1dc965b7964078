#pragma once

#include "actors/core/queue.hpp"
#include "gateway/api/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

inline constexpr std::size_t queue_shards_max = 16;
inline constexpr std::size_t queue_kinds_max = 64;

/// A limit as a request names it: absent leaves it alone, null takes it away.
template <class T> using limit_wish = std::optional<std::optional<T>>;

/// What PATCH /api/v1/queues/{name} changes.
struct queue_wish {
  limit_wish<std::uint32_t> concurrency;
  limit_wish<std::uint64_t> depth;
  limit_wish<std::uint32_t> requests_per_minute;
  limit_wish<std::uint32_t> tokens_per_minute;
  std::optional<std::vector<std::string>> kinds;
};

/// What PUT makes.
struct new_queue {
  queue_wish settings;
  std::size_t shards = 1;
};

checked<queue_wish> parse_queue_change(std::string_view body);
checked<new_queue> parse_new_queue(std::string_view body);

/// Changes the definition, or returns why not: a limit counts in one shard, so it needs a queue of
/// one.
std::optional<problem> change(queue_definition& q, const queue_wish& wanted);

} // namespace dure::gateway
