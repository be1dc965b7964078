#pragma once

#include "actors/supervisor/queue_care.hpp"

namespace dure {

/// Hands an operator's word to the log's scheduler. What is lost by it is accepted again and again
/// by each life of that scheduler until the log goes on, at most for a minute: a word must not
/// hold for a later loss.
void mend_log(supervisor_pointer self, const shard_mending& wish);

/// Time has passed.
void repeat_mending(supervisor_pointer self);

} // namespace dure
