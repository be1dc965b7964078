#pragma once

#include "actors/core/ids.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

/// What a queue may ask of an outside provider. Held by the leader of its one shard (pace.hpp).
struct rate_limits {
  std::optional<std::uint32_t> requests_per_minute; ///< One a lease.
  std::optional<std::uint32_t> tokens_per_minute;   ///< Estimated before, corrected after.

  bool operator==(const rate_limits&) const = default;
};

/// What a queue's shards must keep to. Decided in `control`, carried into each shard by
/// `configure_queue`.
struct queue_settings {
  std::uint64_t version =
      0; ///< Of the record in `control`; an older one is never applied over a newer.
  bool paused = false;
  std::string pause_reason;
  std::optional<std::uint32_t> concurrency_max; ///< Leases at a time.
  std::optional<std::uint64_t> depth_max;       ///< Jobs scheduled or pending.
  rate_limits rate{};

  bool operator==(const queue_settings&) const = default;
};

/// Keys of queue definitions in `control` begin with this; the queue's name follows.
inline constexpr std::string_view queue_key_prefix = "queue/";

/// A queue as `control` keeps it, under the record key "queue/<name>".
struct queue_definition {
  std::string name;
  std::vector<log_number> logs; ///< One per shard, in order; fixed when the queue is made.
  std::vector<std::string>
      kinds; ///< Kinds that go here unless the client says otherwise; empty: takes any.
  queue_settings settings;

  bool operator==(const queue_definition&) const = default;
};

/// Jobs by state, of a log, a kind in it or a group in it.
struct job_counts {
  std::array<std::uint64_t, 6> by_state{}; ///< Indexed by job_state - 1.

  bool operator==(const job_counts&) const = default;
};

} // namespace dure
