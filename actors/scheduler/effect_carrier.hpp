#pragma once

#include "actors/core/replica.hpp"

#include <cstdint>

namespace dure {

struct scheduler_state;

enum class carried : std::uint8_t { nothing_written, wrote };

/// Does what a replica wants done, in order: journal, store, callers, audience. Stops at a failed
/// write of the store, since nothing after it may become known.
carried carry_out(scheduler_state& state, replica_effects effects);

/// Answers those who wait for the end, if nothing is in flight.
void answer_drains(scheduler_state& state);

} // namespace dure
