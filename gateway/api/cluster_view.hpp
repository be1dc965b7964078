#pragma once

#include "actors/core/node_record.hpp"
#include "actors/core/seen_node.hpp"
#include "actors/core/state.hpp"
#include "gateway/api/queue_directory.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// Returns the node of that name, or null.
const seen_node* find_node(const std::vector<seen_node>& seen, std::string_view name);

/// Returns whether a living node runs jobs of `kind`; true as well while no node has joined.
bool is_offered(std::string_view kind, const std::vector<node_definition>& registered,
                const std::vector<seen_node>& seen);

/// Returns the answer of GET /api/v1/nodes: every registered node, alive or not. States: "ready",
/// "draining", "silent" (nothing was heard of it for 4 s; boot_id is null when nothing ever was).
nlohmann::json to_nodes_json(const std::vector<node_definition>& registered,
                             const std::vector<seen_node>& seen);

/// Returns the answer of GET /api/v1/shards, from this node's view: `leader` is null while no node
/// says that it leads; `lag` counts the records that a replica has not told of yet.
result<nlohmann::json> to_shards_json(const state_reader& view, const queue_directory& queues,
                                      const std::vector<seen_node>& seen);

} // namespace dure::gateway
