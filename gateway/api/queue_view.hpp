#pragma once

#include "actors/core/queue.hpp"
#include "actors/core/state.hpp"
#include "gateway/api/throughput.hpp"

#include <nlohmann/json_fwd.hpp>

namespace dure::gateway {

/// Returns the body of GET /api/v1/queues/{name}: its definition, how many jobs are in each state,
/// since when the oldest waits, what is known of the provider that its jobs ask, how many are
/// completed a minute and how long the others will take at that; over all shards. O(shards).
result<nlohmann::json> describe_queue(const state_reader& view, const queue_definition& q,
                                      const throughput& completed, timestamp now);

} // namespace dure::gateway
