#pragma once

#include "actors/core/node_record.hpp"
#include "actors/core/seen_node.hpp"
#include "gateway/http/exchange.hpp"

#include <optional>
#include <string>

namespace dure::gateway {

/// A node that can be told something.
struct named_node {
  seen_node seen;
  std::optional<node_definition> registered; ///< Nothing while its record is on its way.
};

/// Returns the node of that name: 404 when nobody knows it, 409 when it is silent.
checked<named_node> find_heard_node(exchange& e, const std::string& name);

} // namespace dure::gateway
