#pragma once

#include "actors/worker/shard_talk.hpp"

#include <vector>

namespace dure {

// How attempts come into the worker's hand, and leave it before a handler has ended them.

/// Takes granted jobs into the hand; those it cannot take go back at once. A job that is in hand
/// under an older lease is taken when that attempt has ended.
void take(worker_pointer self, std::vector<grant> grants);

/// Takes grants whose older attempts have ended meanwhile.
void take_superseding(worker_pointer self);

/// Asks the courier for what the attempt waits for: its input, or that its files are kept.
/// Requires: it is not in phase waiting.
void ask_for_files(worker_state& state, attempt_in_hand& attempt);

/// Tells a running handler to stop; gives up what has not started.
void stop_attempt(worker_state& state, const lease& of);

/// Ends an attempt that no handler has: nothing was done, so nothing is counted.
void give_up(worker_state& state, attempt_in_hand& attempt, attempt_end end);

/// Gives those attempts back.
void give_up_all(worker_state& state, const std::vector<lease>& leases);

/// Gives back what a log says this worker holds, when nothing is known of it here.
void give_back_unknown(worker_state& state);

} // namespace dure
