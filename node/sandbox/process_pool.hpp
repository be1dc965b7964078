#pragma once

#include "node/sandbox/handler_process.hpp"
#include "node/sandbox/spawner_client.hpp"

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace dure::node {

/// What all pools of a sandbox share. Owned and used by the I/O thread alone.
struct pool_surroundings {
  poller polls;
  spawner_client spawner;
  std::vector<char> buffer; ///< Every read goes through it.
  monotonic now{};
  handler_messages out; ///< Told to the listener at the end of the round.
  std::uint64_t last_process = 0;
};

/// The handler processes of one kind, and the tasks that wait for them. Keeps `processes_min` warm,
/// grows while tasks wait, replaces what dies, backs off when handlers do not start. One owner;
/// only `capacity` may be called from elsewhere. `around` outlives it.
class process_pool {
public:
  process_pool(pool_settings settings, pool_surroundings& around);

  const pool_settings& settings() const { return settings_; }

  /// Returns what the kind can take; thread-safe.
  handler_capacity capacity() const;

  /// Takes a task; `pump` starts it.
  void run(handler_task task);

  /// Ends a waiting task, tells the handler of a running one. Returns whether it was here.
  bool cancel(const lease& of);

  /// Hands out waiting tasks, starts and retires processes, orders kills.
  void pump();

  bool owns(std::uint64_t process) const { return processes_.contains(process); }

  /// Something came for one of its processes.
  void on_stdio(std::uint64_t process, std::uint32_t events);
  void on_stderr(std::uint64_t process);
  void on_report(const spawn_report& report);

  /// The spawner died, and every process with it.
  void on_spawner_lost();

  /// The spawner does not start.
  void on_start_failed();

  void expire();
  monotonic next_deadline() const;

private:
  using process_table = std::map<std::uint64_t, handler_process>;

  void hand_out();
  void start_missing();
  result<void> start_one();
  void retire_surplus();
  void end_waiting(const attempt_ending& ending);
  std::size_t count(bool (handler_process::*what)() const) const;

  const pool_settings settings_;
  pool_surroundings& around_;
  process_table processes_;
  std::deque<handler_task> waiting_;       ///< Bounded by what the worker claims.
  std::uint32_t failed_starts_ = 0;        ///< In a row.
  std::string last_failure_;               ///< What the last of them said.
  monotonic start_from_{};                 ///< No start before.
  std::atomic<std::uint32_t> concurrency_; ///< What the last hello said.
};

} // namespace dure::node
