#pragma once

#include "node/cli/gateway_talk.hpp"

#include <string>

namespace dure::node {

/// Prints every node as a line of a table.
exit_code list_nodes(const gateway_options& to);

/// Prints every log as a line of a table: who leads it and how far its replicas are.
exit_code list_shards(const gateway_options& to);

/// Asks a node to end in good order.
exit_code drain_node(const gateway_options& to, const std::string& name);

} // namespace dure::node
