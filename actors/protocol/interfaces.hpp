#pragma once

#include "actors/core/command.hpp"
#include "actors/core/journal_message.hpp"
#include "actors/core/replica.hpp"
#include "actors/ports/sandbox.hpp"
#include "actors/protocol/atoms.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Every actor of a node: what it hears and answers. Messages are for one process: nothing here is
/// ever serialised.
namespace dure {

/// Commands for one log, and what became of each, in order.
struct wish_batch {
  std::vector<command> commands;
};

struct outcome_batch {
  std::vector<result<answer>> outcomes;
};

/// A worker waits for jobs of one log, at most `patience`.
struct claim_request {
  command wish; ///< Its body is a claim.
  milliseconds patience{};
};

struct shard_status {
  std::string queue;
  std::uint16_t shard = 0;
  log_number log{};
  replica_effect::standing standing;
  bool halted = false;
};

struct worker_status {
  std::uint32_t slots = 0;
  std::uint32_t running = 0;
  bool draining = false;
};

/// Hands out the work of one log; carries messages to its replica and what that answers back out.
/// Started and monitored by the supervisor; rebuilds itself from store and journal.
using scheduler_actor = caf::typed_actor<
    // Somebody wishes. Answers when the journal holds what follows, or with why not.
    caf::replies_to<atom::wish, wish_batch>::with<outcome_batch>,
    // A worker has room. Answers with leases, at the latest when its patience is over.
    caf::replies_to<atom::claim, claim_request>::with<outcome_batch>,
    // The journal tells something.
    caf::reacts_to<atom::journal, journal_message>,
    // Time has passed.
    caf::reacts_to<atom::tick>,
    // The node ends: claim no more, lead no more. Answers when nothing is in flight.
    caf::replies_to<atom::drain>::with<bool>, caf::replies_to<atom::status>::with<shard_status>>;

/// Where a log's scheduler is reached. Told anew whenever one was restarted.
struct shard_route {
  log_number log{};
  std::string queue;
  std::uint16_t shard = 0;
  scheduler_actor scheduler;
};

struct route_table {
  std::vector<shard_route> shards;
};

} // namespace dure

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::wish_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::outcome_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::claim_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::journal_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::shard_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::worker_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::route_table)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<dure::handler_message>)
