#pragma once

#include "actors/core/head_window.hpp"
#include "actors/core/replica.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/journal.hpp"
#include "actors/ports/log.hpp"
#include "actors/ports/shard_channel.hpp"
#include "actors/ports/snapshots.hpp"
#include "actors/ports/store.hpp"
#include "actors/protocol/interfaces.hpp"
#include "actors/scheduler/outcome_desk.hpp"
#include "actors/scheduler/remote_desk.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace dure {

/// What a scheduler needs from outside. Everything referred to outlives the actor.
struct scheduler_context {
  std::string queue;
  std::uint16_t shard = 0;
  replica_config replica;
  const clock& time;
  store& rows;
  journal_source& journals;
  snapshots& states;
  audience& listeners;
  log_sink& log;
  supervisor_actor supervisor; ///< Told of standings, changed records, cancels and namesakes.
  shard_channel_source* peers = nullptr; ///< Null: no other node has this log.
  /// Tells every node a word on a log, this one too; null: there is no other.
  std::function<void(const shard_mending&)> tell_nodes{};
};

/// An operator's word that is being carried out; the log has halted here meanwhile.
struct mending_work {
  shard_mending wish;
  monotonic again_at{};               ///< When the journal is asked, or asked again.
  monotonic until{};                  ///< Given up then,
  monotonic ends{};                   ///< or then, whatever is heard meanwhile.
  std::optional<timestamp> created{}; ///< Of the stream that is to be made again, once looked at.
  bool asked = false;                 ///< The journal was asked for what is needed.
  bool installing = false;            ///< The rows are being given up: nothing else may begin.
};

struct scheduler_state {
  static inline const char* name = "scheduler";

  std::optional<scheduler_context> context;
  std::unique_ptr<head_window> view; ///< The store, with the heads of its queues in memory.
  std::unique_ptr<replica> machine;  ///< All the thinking.
  std::unique_ptr<journal> log;
  std::unique_ptr<shard_channel> peers; ///< Null: there are none.
  shard_status status;
  journal_index applied{}; ///< What the store shows; `status` lags behind it within a step.
  monotonic beat_at{};     ///< The last one's.
  bool leaving = false;    ///< The node has begun to end.
  outcome_desk desk;
  remote_desk remote; ///< Those of the desk's wishes that the leader on another node decides.
  std::map<batch_number, std::function<void(outcome_batch)>> callers;
  std::vector<caf::typed_response_promise<bool>> drains;
  snapshots::listener tell_snapshot;            ///< Brings it here as a message.
  std::function<void(command_body)> wish_later; ///< As if somebody on this node wished it.
  std::optional<mending_work> mending;
  bool installing = false;           ///< The replica has a snapshot installed.
  std::optional<shard_mending> word; ///< Came meanwhile, and is carried out after it.
};

/// Carries messages to the replica of one log, and what that answers to journal, store and callers.
/// No rule of its own.
scheduler_actor::behavior_type scheduler(scheduler_actor::stateful_pointer<scheduler_state> self,
                                         scheduler_context context);

} // namespace dure
