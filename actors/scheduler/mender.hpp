#pragma once

#include "actors/scheduler/scheduler.hpp"

namespace dure {

// Carries out an operator's word on a log that has halted, or is to halt, here. Each way ends with
// the actor's life; the next one begins with what is in store and journal then.
//
//   keep_log:           looks at the log -> it has records -> gives its own rows up
//   keep_node, this:    halts -> has the stream made again -> the next life puts its tail into it
//   keep_node, another: halts, so that two do not fill the stream at once -> that node leads

/// Begins what was wished. Requires: it is not accept_loss, which the replica carries out.
void begin_mending(scheduler_state& state, const shard_mending& wish);

/// Time has passed.
void go_on_mending(scheduler_state& state);

// Each returns whether the life of this actor is over by what was told.

bool is_mended_by(scheduler_state& state, const journal_message& told);
bool is_mended_by(const scheduler_state& state, const snapshot_message& told);
bool is_mended_by(const scheduler_state& state, const replica_input::peer& beat);

} // namespace dure
