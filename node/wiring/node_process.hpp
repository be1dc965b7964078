#pragma once

#include "node/config/node_options.hpp"

namespace dure::node {

/// Runs one life of a node: start, serve, drain, end. Prints the start block on stdout and returns
/// the exit status: 0 after a drain, 1 when it could not start or gave up on one of its parts.
/// Requires: called from main before any thread exists.
int run_node(const node_options& options);

} // namespace dure::node
