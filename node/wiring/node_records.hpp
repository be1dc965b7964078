#pragma once

#include "actors/core/command.hpp"
#include "actors/core/node_record.hpp"
#include "actors/core/state.hpp"
#include "node/config/node_options.hpp"

#include <string>
#include <vector>

namespace dure::node {

/// Returns what a node with these options says of itself.
node_definition definition_of(const node_options& options);

/// Returns the node's record, unless `view` shows that `control` has it as it is.
std::vector<put_record> missing_node_record(const state_reader& view, const node_definition& own);

/// Returns the names of the nodes that may lead.
result<std::vector<std::string>> schedulers_of_cluster(const state_reader& view);

/// Returns the kinds that nodes bring with them. Where two nodes say different queues of a kind,
/// the first by name is heard, so that all agree.
std::vector<offered_kind> kinds_of_cluster(const state_reader& view);

} // namespace dure::node
