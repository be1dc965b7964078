#pragma once

#include "actors/supervisor/supervisor.hpp"
#include "node/config/question_options.hpp"

#include <vector>

namespace dure::node {

/// Returns the queues that every cluster has from its first start on: documents, questions,
/// datasets and default. Their logs are 1 to 4, one shard each; the number of shards is fixed once
/// a queue is made. `questions` begins within the provider's limits.
std::vector<first_queue> first_queues(const question_options& questions);

} // namespace dure::node
