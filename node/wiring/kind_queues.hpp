#pragma once

#include "actors/core/command.hpp"
#include "actors/core/node_record.hpp"
#include "actors/core/queue.hpp"

#include <vector>

namespace dure::node {

/// Returns the records that `control` lacks for the kinds that nodes bring: queues that list a kind
/// which `known` do not, and queues that are not there. A kind is never taken off a queue: another
/// node may offer it. Each put expects the version it was made from.
std::vector<put_record> missing_kinds(const std::vector<offered_kind>& kinds,
                                      const std::vector<queue_definition>& known);

} // namespace dure::node
