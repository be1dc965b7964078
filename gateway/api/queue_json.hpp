#pragma once

#include "actors/core/error.hpp"
#include "actors/core/queue.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

std::string queue_record_key(std::string_view name);

/// Key of the record that whoever gives a queue kinds puts too: it serialises them, so that what
/// was seen of other queues still holds.
inline constexpr std::string_view kinds_record_key = "kinds";

/// Log numbers from here on are given to queues that gateways make, each by a record that only one
/// request can put; those below are given by the leader of `control` alone. So no two queues get
/// the same.
inline constexpr std::uint16_t first_made_log = 1'024;

/// Keys of records that give a log number away begin with this; the number follows.
inline constexpr std::string_view log_record_prefix = "log/";

std::string log_record_key(log_number log);

/// Returns the number that such a record gives away, or nothing.
std::optional<log_number> parse_log_record_key(std::string_view key);

/// Returns the value of a queue's record: {name, logs, kinds, paused, pause_reason,
/// concurrency_max, depth_max, rate {requests_per_minute, tokens_per_minute}}. The version is the
/// record's own, so it is not in the value.
std::string to_json_text(const queue_definition& q);

/// Returns the definition that a record of that version holds, or errc::corrupt. Fields that this
/// version does not know are errc::newer_node_needed: dropping a limit silently would break it.
result<queue_definition> parse_queue_definition(std::string_view text, std::uint64_t version);

} // namespace dure::gateway
