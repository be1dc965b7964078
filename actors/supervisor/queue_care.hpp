#pragma once

#include "actors/supervisor/supervisor.hpp"

namespace dure {

using supervisor_pointer = supervisor_actor::stateful_pointer<supervisor_state>;

/// Does what the queue records ask for and is not done yet: makes the first queues, starts
/// schedulers for new shards, tells leading shards their settings.
void care_for_queues(supervisor_pointer self);

/// Starts the scheduler of a log and keeps it alive from now on; one that is kept already stays.
void keep_scheduler(supervisor_pointer self, shard_place place);

/// Starts a kept scheduler (again) and tells the others where it is.
void start_scheduler(supervisor_pointer self, kept_scheduler& kept);

/// Tells worker and bridge where all schedulers are.
void tell_routes(supervisor_pointer self);

} // namespace dure
