#pragma once

#include "actors/core/queue.hpp"
#include "actors/core/state.hpp"

#include <nlohmann/json_fwd.hpp>

namespace dure::gateway {

/// Returns the body of GET /api/v1/queues/{name}: its definition, how many jobs are in each state,
/// and since when the oldest waits, over all shards.
result<nlohmann::json> describe_queue(const state_reader& view, const queue_definition& q);

} // namespace dure::gateway
