#pragma once

#include "actors/core/replica.hpp"

#include <cstdint>
#include <string>

namespace dure {

struct scheduler_state;

enum class carried : std::uint8_t { nothing_written, wrote };

/// Does what a replica wants done, in order: journal, store, callers, audience. Stops at a failed
/// write of the store, since nothing after it may become known.
carried carry_out(scheduler_state& state, replica_effects effects);

/// Does nothing more with the log in this life of its actor, and tells everybody why.
void stop_log(scheduler_state& state, errc code, const std::string& reason);

/// Tells everybody where the log stands here.
void tell_standing(scheduler_state& state);

/// Answers those who wait for the end, if nothing is in flight.
void answer_drains(scheduler_state& state);

} // namespace dure
