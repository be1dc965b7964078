#pragma once

#include "actors/scheduler/scheduler.hpp"

namespace dure {

// Carries out an operator's word on a log that has halted here. Each way ends with the actor's
// life; the next one begins with what is in store and journal then.
//
//   keep_log:          looks at the log -> it has records -> gives its own rows up
//   keep_node, this:   tells the others -> has the stream made again -> the next life puts its tail
//                      into it
//   stand_aside:       halts, so that two do not fill the stream at once -> the other node leads
//
// One word at a time, and none while rows are being replaced.

/// Begins what was wished, or writes to the log why not. Requires: it is not accept_loss, which the
/// replica carries out.
void begin_mending(scheduler_state& state, const shard_mending& wish);

// Each returns whether the life of this actor is over.

bool is_mended_by_time(scheduler_state& state);
bool is_mended_by(scheduler_state& state, const journal_message& told);
bool is_mended_by(const scheduler_state& state, const snapshot_message& told);
bool is_mended_by(scheduler_state& state, const replica_input::peer& beat);

} // namespace dure
