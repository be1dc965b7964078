#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"
#include "actors/core/time.hpp"
#include "actors/ports/sandbox.hpp"
#include "actors/worker/workload.hpp"

namespace dure {

/// Returns the task that a handler is given. Time that the lease has already lasted is taken off
/// its limits.
handler_task to_task(const attempt_in_hand& attempt, timestamp now);

/// Returns what the log is told about an attempt that ended; `outcome` is what a completed one
/// left. A cancel that the worker itself asked for gives the job back.
command_body to_report(const handler_end& end, bool given_back, job_result outcome, timestamp now);

/// Returns the report that gives a job back with what the attempt has cost; `end` may be of one
/// that never ran.
release to_release(const handler_end& end, attempt_end as);

/// Returns whether files that could not be moved now may be moved later.
bool may_move_later(const error& why);

/// Returns the report of an attempt whose files could not be staged or kept.
fail to_file_failure(const attempt_in_hand& attempt, const error& why);

/// Returns the attempt that a report is about.
/// Requires: `report` is complete, fail, release, add_artifacts or keep_log.
const lease& lease_in(const command_body& report);

} // namespace dure
