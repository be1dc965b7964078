#pragma once

#include "node/metrics/metrics.hpp"

namespace dure::node {

struct node_services;

/// Returns what a scrape shows and nobody counts: jobs and places in the logs as this node's store
/// has them, and what the server says of the files. Costs a few rows a shard and one question to
/// the server, which is given a second.
node_figures read_figures(const node_services& s);

} // namespace dure::node
