#pragma once

#include "actors/core/error.hpp"
#include "actors/core/node_record.hpp"
#include "actors/core/state.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

std::string node_record_key(std::string_view name);

/// Returns the names of the node's roles, e.g. "worker".
std::vector<std::string_view> role_names(const node_definition& node);

/// Returns the value of a node's record: {name, roles, slots, kinds: [{name, queue}]}.
std::string to_json_text(const node_definition& node);

/// Returns the definition that a record holds, or errc::corrupt. Fields that this version does not
/// know are left out: they are a newer node's own affair.
result<node_definition> parse_node_definition(std::string_view text);

/// Returns every node that belongs to the cluster, by name.
result<std::vector<node_definition>> read_nodes(const state_reader& view);

} // namespace dure::gateway
