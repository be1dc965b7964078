#pragma once

#include "node/cli/gateway_talk.hpp"

#include <cstdint>
#include <string>

namespace dure::node {

/// Prints every node as a line of a table.
exit_code list_nodes(const gateway_options& to);

/// Prints every log as a line of a table: who leads it and how far its replicas are.
exit_code list_shards(const gateway_options& to);

/// Asks a node to end in good order.
exit_code drain_node(const gateway_options& to, const std::string& name);

/// Lets a log go on without records that no living node has; refused without the consent.
exit_code recover_shard(const gateway_options& to, const std::string& queue, std::uint16_t shard,
                        bool accept_loss);

/// Chooses whose records go on where a log has forked: "log", or a node's.
exit_code resolve_shard(const gateway_options& to, const std::string& queue, std::uint16_t shard,
                        const std::string& keep);

} // namespace dure::node
