#pragma once

#include "actors/ports/shard_channel.hpp"
#include "actors/scheduler/scheduler.hpp"

#include <functional>

namespace dure {

// How the scheduler of a log reaches its leader on another node, and how the leader is reached.

using scheduler_pointer = scheduler_actor::stateful_pointer<scheduler_state>;

/// Returns whether another node leads, as far as is known here.
bool is_led_elsewhere(const scheduler_state& state);

/// Sends wishes to the leader, in as many requests as their size needs.
void ask_leader(scheduler_state& state, std::vector<command> wishes, batch_number batch);
void ask_leader(scheduler_state& state, claim_request request, batch_number batch);
void ask_leader_for_barrier(scheduler_state& state, batch_number batch);

/// Tells those who wait what has become of their wishes with the leader.
void settle(scheduler_state& state, remote_desk::settled outcomes);

/// Tells the other replicas where this one stands.
void beat(scheduler_state& state);

/// Returns a caller that lives on another node.
std::function<void(outcome_batch)> remote_caller(scheduler_state& state, std::string reply_to);

} // namespace dure
