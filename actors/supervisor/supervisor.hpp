#pragma once

#include "actors/core/queue.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/log.hpp"
#include "actors/protocol/interfaces.hpp"
#include "actors/supervisor/restart_policy.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <functional>
#include <map>
#include <optional>

namespace dure {

/// Where a log belongs.
struct shard_place {
  std::string queue;
  std::uint16_t shard = 0;
  log_number log{};
};

/// A queue that every cluster has from its first start on.
struct first_queue {
  std::string name;
  put_record record; ///< Expects that there is none.
};

/// What a supervisor needs from outside. Everything referred to outlives the actor; the functions
/// are called on its thread only.
struct supervisor_context {
  std::string node;
  std::function<scheduler_actor(const shard_place&, const supervisor_actor&)> start_scheduler;
  std::function<worker_actor()> start_worker; ///< Empty: this node runs no jobs.

  /// Reads the queue definitions that the local view of `control` shows.
  std::function<result<std::vector<queue_definition>>()> read_queues;
  std::vector<first_queue> first_queues;
  std::vector<routed_actor> routed; ///< Told of routes besides the worker.

  /// An actor dies again and again: the process must end. Called at most once.
  std::function<void(std::string reason)> give_up;
  clock& time;
  log_sink& log;

  /// Returns what the queue definitions lack once the first queues are there, e.g. kinds that nodes
  /// bring with them. Asked of the leader of `control` alone. Empty function: nothing.
  std::function<std::vector<put_record>(const std::vector<queue_definition>&)> more_records{};

  /// Returns what this node says of itself where `control` does not show it yet. Empty function:
  /// nothing.
  std::function<std::vector<put_record>()> own_records{};

  /// Returns the names of the nodes that may lead, as `control` shows them. Empty function: this
  /// node is all there is.
  std::function<result<std::vector<std::string>>()> read_members{};

  boot_id boot{}; ///< Of this life of the node.
};

/// A scheduler that this supervisor keeps alive.
struct kept_scheduler {
  shard_place place;
  scheduler_actor handle; ///< Null while it is dead.
  restart_policy restarts;
  std::optional<monotonic> restart_at;
  shard_status status;
  std::uint64_t settings_told = 0; ///< Version of the settings that the shard took or was sent.
  std::optional<shard_mending> mending; ///< A word that holds for its next lives too,
  monotonic mending_until{};            ///< until then.
};

struct supervisor_state {
  static inline const char* name = "supervisor";

  /// The supervisor is gone: so is everything that it kept alive.
  ~supervisor_state();

  std::optional<supervisor_context> context;
  std::map<log_number, kept_scheduler> schedulers;
  worker_actor worker; ///< Null while it is dead or not wanted.
  restart_policy worker_restarts;
  std::optional<monotonic> worker_restart_at;
  std::vector<std::string> members;        ///< That may lead; empty: not known.
  std::optional<monotonic> namesake_since; ///< When another process beat under this name first.
  monotonic started_at{};
  monotonic records_again_at{}; ///< After trouble with records, not before.
  bool making_queues = false;   ///< Records are on their way to `control`.
  bool stale = true;            ///< What the queues say may not be done yet.
  bool gave_up = false;
  bool ending = false;  ///< The node drains or has drained: nobody is started any more.
  bool drained = false; ///< Nothing is in flight any more.
  std::vector<caf::typed_response_promise<bool>> drains;
  std::size_t draining = 0; ///< Schedulers that have not answered yet.
};

/// Keeps the node's other actors alive and lets them know each other.
///
/// `control` is started first. Once it is caught up, a scheduler is started for each shard that its
/// queue records name, this node's own record is put there, and all schedulers are told who may
/// lead; the leader of `control` makes the first queues, and a shard's leader is told its queue's
/// settings whenever they are newer than what it has.
supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_context context);

} // namespace dure
