#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"
#include "actors/core/mending.hpp"
#include "actors/core/seen_node.hpp"
#include "actors/core/state.hpp"
#include "actors/ports/blobs.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/log_channel.hpp"
#include "actors/ports/progress.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// A job has changed to this state; told after the local view shows the row, which says the rest.
struct job_change {
  job_id id;
  job_state state = job_state::pending;
  timestamp at{}; ///< The time of the record that says so.
};

/// One line of /readyz.
struct readiness {
  std::string component; ///< "journal", "store", "shard documents/0", …
  bool ready = false;
  std::string detail; ///< One sentence.
};

/// What the gateway needs of the node it lives in; no CAF and no NATS behind this line.
/// Thread-safe. `actor_backend` is the real one; tests use one that runs the ledger in memory.
class backend {
public:
  using outcomes = std::vector<result<answer>>;

  virtual ~backend() = default;

  /// Carries commands to the leader of `log` and answers each, in order. `done` is called exactly
  /// once, on any thread, at the latest after a few seconds (then with errc::unavailable or
  /// unknown_outcome), and must only pass it on.
  virtual void ask(log_number log, std::vector<command> wishes,
                   std::function<void(outcomes)> done) = 0;

  /// Calls `done` once the local view shows everything that was acknowledged in `log`, by any node,
  /// before this call; errc::unavailable when its leader could not be asked within some seconds.
  /// `done` is called exactly once, on any thread, and must only pass it on.
  /// Requires: the view has a queue with this log, or it is `control`; others have no leader.
  virtual void catch_up(log_number log, std::function<void(result<void>)> done) = 0;

  /// The local view of every log. Everything that `ask` acknowledged is visible in it; what other
  /// nodes acknowledged may come later (see `catch_up`).
  virtual const state_reader& view() const = 0;

  virtual blobs& files() = 0;
  virtual clock& time() = 0;
  virtual progress_channel& progress() = 0;
  virtual log_channel& lines() = 0;

  /// `on_changes` hears of every applied change from now on; `on_renewed` of each log whose view
  /// was begun anew and has caught up: which changes it holds was not told. On any thread; they
  /// must only pass it on. One listener.
  virtual void watch(std::function<void(std::vector<job_change>)> on_changes,
                     std::function<void(log_number)> on_renewed) = 0;

  /// Returns every component's readiness; the node is ready when all are.
  virtual std::vector<readiness> ready() const = 0;

  /// Returns the logs whose views were begun anew in this life of the node and have not caught up
  /// yet: they may show what is older than what the node has shown before.
  virtual std::set<log_number> rebuilding() const = 0;

  /// Returns this node and every other one that was heard of, by name.
  virtual std::vector<seen_node> nodes() const = 0;

  /// Asks a node, this one or another, to end as on SIGTERM; lost when it cannot be reached.
  virtual void drain(const std::string& node) = 0;

  /// Tells every node that can be reached, this one too, an operator's word on a log.
  virtual void mend(const shard_mending& wish) = 0;

  /// Returns all metrics in the Prometheus text format.
  virtual std::string metrics() const = 0;

  /// Counts one finished HTTP exchange.
  virtual void count_http(std::string_view route, int code, double seconds) = 0;
};

} // namespace dure::gateway
