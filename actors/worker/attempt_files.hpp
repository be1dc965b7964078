#pragma once

#include "actors/worker/worker.hpp"

namespace dure {

// What an attempt leaves, on its way to the blob store and to its log. Its end is reported when
// all of it is safe, so that whoever sees the end sees the files.
//
//     handler makes a file ─► courier keeps it ─► the log is told, in batches ─┐
//     handler ends ─► courier keeps a large result and what was said ──────────┴─► end is reported

/// Hands a file that a handler has made to the courier.
void move_artifact(worker_state& state, handler_artifact made);

/// The courier has kept a file, or could not.
void on_artifact_kept(worker_state& state, kept_artifact told);

/// The log has taken artifacts of an attempt, or refused them.
void on_artifacts_told(worker_state& state, const lease& of, const std::optional<error>& refusal);

/// Takes the end of an attempt whose handler is done; reports it as soon as its files are safe.
/// Requires: attempt.at == phase::keeping.
void keep_end(worker_state& state, attempt_in_hand& attempt, handler_end end);

/// The courier has kept a result and a log, or could not.
void on_end_kept(worker_state& state, kept_files told);

/// Asks the courier again for what it could not keep.
void move_files(worker_state& state, attempt_in_hand& attempt);

/// The attempt's input could not be fetched, or what it made not be kept. What only cannot be moved
/// now is tried again while the lease lasts: work that is done must not be thrown away because a
/// store is out of reach.
void on_file_failure(worker_state& state, attempt_in_hand& attempt, const error& why);

} // namespace dure
