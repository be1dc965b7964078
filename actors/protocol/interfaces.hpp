#pragma once

#include "actors/core/command.hpp"
#include "actors/core/journal_message.hpp"
#include "actors/core/mending.hpp"
#include "actors/core/snapshot_message.hpp"
#include "actors/ports/audience.hpp"
#include "actors/ports/courier.hpp"
#include "actors/ports/sandbox.hpp"
#include "actors/ports/shard_channel.hpp"
#include "actors/protocol/atoms.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>
#include <functional>
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

/// Wishes from outside the actors. `done` is called once, with an outcome for each.
struct inquiry {
  log_number log{};
  std::vector<command> wishes;
  std::function<void(std::vector<result<answer>>)> done;
};

struct worker_status {
  std::uint32_t slots = 0;
  std::uint32_t running = 0;
  bool draining = false;
};

/// A reader outside missed something in a log. `done` is called once, when the view shows all that
/// was acknowledged before, or with why that could not be found out.
struct missed_look {
  log_number log{};
  std::function<void(result<void>)> done;
};

/// Hands out the work of one log; carries messages to its replica and what that answers back out.
/// While another node leads, it asks there: to whoever is on this node, every scheduler is as good
/// as the leader. Started and monitored by the supervisor; rebuilds itself from store and journal.
using scheduler_actor = caf::typed_actor<
    // Somebody wishes. Answers when the journal holds what follows, or with why not.
    caf::replies_to<atom::wish, wish_batch>::with<outcome_batch>,
    // A worker has room. Answers with leases, at the latest when its patience is over.
    caf::replies_to<atom::claim, claim_request>::with<outcome_batch>,
    // A reader missed something. Answers when this node's view shows all that was acknowledged
    // before, or with why that cannot be known.
    caf::replies_to<atom::barrier>::with<outcome_batch>,
    // The journal tells something.
    caf::reacts_to<atom::journal, journal_message>,
    // Other replicas of the log tell or ask something.
    caf::reacts_to<atom::channel, channel_message>,
    // The nodes that may lead have become others.
    caf::reacts_to<atom::members, std::vector<std::string>>,
    // Something came of work on a snapshot.
    caf::reacts_to<atom::snapshot, snapshot_message>,
    // An operator's word on this log has come.
    caf::reacts_to<atom::mend, shard_mending>,
    // Time has passed.
    caf::reacts_to<atom::tick>,
    // The node has begun to end: other nodes may know.
    caf::reacts_to<atom::leaving>,
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

/// Whoever sends wishes to schedulers and so must know where they are.
using routed_actor = caf::typed_actor<caf::reacts_to<atom::routes, route_table>>;

/// Claims jobs for the handlers' free places, runs them and reports how they ended. One in a node;
/// started and monitored by the supervisor. A new life begins by ending all leases of its node.
using worker_actor = caf::typed_actor<
    // Logs and where their schedulers are.
    caf::reacts_to<atom::routes, route_table>,
    // A client cancels an attempt of this node.
    caf::reacts_to<atom::cancel, lease>,
    // Handlers tell something.
    caf::reacts_to<atom::handlers, std::vector<handler_message>>,
    // Files are staged or kept.
    caf::reacts_to<atom::courier, courier_message>,
    // Time has passed.
    caf::reacts_to<atom::tick>,
    // The node ends: finish or give back what is in hand. Answers when all of it is reported.
    caf::replies_to<atom::drain>::with<bool>, caf::replies_to<atom::status>::with<worker_status>>;

/// Starts the node's other actors, restarts each that dies, and tells them of each other. The root:
/// when it dies, or gives up on an actor, the process ends.
using supervisor_actor = caf::typed_actor<
    // A scheduler stands differently than before.
    caf::reacts_to<atom::status, shard_status>,
    // Definitions of queues or nodes in `control` have changed.
    caf::reacts_to<atom::records>,
    // Another process beats under this node's name: that one must not, or this one.
    caf::reacts_to<atom::namesake, boot_id>,
    // A scheduler saw that an attempt of this node shall be cancelled.
    caf::reacts_to<atom::cancel, lease>,
    // An operator's word on a log has come.
    caf::reacts_to<atom::mend, shard_mending>,
    // Time has passed.
    caf::reacts_to<atom::tick>,
    // The node ends: first the worker, then the schedulers. Answers when all is done.
    caf::replies_to<atom::drain>::with<bool>>;

/// Stands between callers on any thread and the schedulers; repeats what meets a leader change.
/// Lives as long as the node; restarts are not its own: it holds no state worth one.
using bridge_actor = caf::typed_actor<
    // Logs and where their schedulers are.
    caf::reacts_to<atom::routes, route_table>,
    // Somebody outside wishes. Answers by calling `done`.
    caf::reacts_to<atom::wish, inquiry>,
    // Somebody outside found nothing. Answers by calling `done`.
    caf::reacts_to<atom::barrier, missed_look>,
    // Time has passed.
    caf::reacts_to<atom::tick>>;

} // namespace dure

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::wish_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::outcome_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::claim_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::inquiry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::missed_look)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::journal_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::channel_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::snapshot_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::courier_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::shard_mending)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::shard_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::worker_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::route_table)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dure::boot_id)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<dure::handler_message>)
