#pragma once

#include "actors/worker/worker.hpp"

namespace dure {

using worker_pointer = worker_actor::stateful_pointer<worker_state>;

/// Sends each log what it should hear now: the greeting, claims for the free places, reports.
void talk_to_shards(worker_pointer self);

/// What was not taken or answered may be sent again.
void retry_talk(worker_pointer self);

/// Notes how an attempt ended, to be reported to its log.
void report(worker_state& state, command_body body);

/// Returns whether every log has taken every report.
bool all_reported(const worker_state& state);

/// Starts what may start, talks to the logs, and answers drains when nothing is left.
void pump(worker_pointer self);

} // namespace dure
