#pragma once

#include "actors/ports/clock.hpp"
#include "actors/ports/courier.hpp"
#include "actors/ports/log.hpp"
#include "actors/ports/log_channel.hpp"
#include "actors/ports/progress.hpp"
#include "actors/ports/sandbox.hpp"
#include "actors/protocol/interfaces.hpp"
#include "actors/worker/claim_book.hpp"
#include "actors/worker/lease_watch.hpp"
#include "actors/worker/log_book.hpp"
#include "actors/worker/progress_book.hpp"
#include "actors/worker/report_book.hpp"
#include "actors/worker/workload.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <map>
#include <optional>
#include <vector>

namespace dure {

/// What a worker needs from outside. Everything referred to outlives the actor.
struct worker_context {
  std::string node;
  boot_id boot;
  milliseconds drain_patience{25'000}; ///< Running jobs may finish for so long, then they stop.
  clock& time;
  sandbox& handlers;
  courier& files;
  progress_channel& progress;
  log_channel& lines;
  log_sink& log;
  const state_reader* view = nullptr; ///< Of all logs; null: leases are not looked after.
};

/// What the worker knows of one log.
struct shard_link {
  /// A new life first ends the leases of its node's earlier ones; it claims only afterwards.
  enum class greeting { due, sent, taken };

  shard_route route;
  greeting greeted = greeting::due;
  command hello; ///< Keeps its id while it is repeated.
  claim_book claims;
  report_book reports;
  lease_watch watch;
};

struct worker_state {
  static inline const char* name = "worker";

  std::optional<worker_context> context;
  std::optional<workload> load;
  std::map<log_number, shard_link> shards;
  std::vector<grant> superseding; ///< Wait until an older attempt at the same job has ended here.
  progress_book progress;
  log_book said;
  std::optional<monotonic> draining_since;
  bool stopped_running = false; ///< The drain's patience is over.
  std::vector<caf::typed_response_promise<bool>> drains;
};

/// Claims, runs and reports this node's jobs; carries messages between logs, handlers and courier.
worker_actor::behavior_type worker(worker_actor::stateful_pointer<worker_state> self,
                                   worker_context context);

} // namespace dure
