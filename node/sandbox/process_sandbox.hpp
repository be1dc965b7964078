#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/sandbox.hpp"
#include "node/sandbox/pool_settings.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dure::node {

struct sandbox_settings {
  /// Makes a process that calls `spawner_main(spawner_control_fd)` first thing.
  std::vector<std::string> spawner_argv{"/proc/self/exe", "spawner"};
  std::vector<pool_settings> pools; ///< One per kind.
};

/// The sandbox of real processes: a spawner, a pool per kind, one I/O thread for all of them.
/// Thread-safe. A process that dies costs its attempts; a spawner that dies costs all attempts that
/// run, and is started again; neither touches the node.
///
/// Destroying it kills every handler; attempts in flight are not answered any more.
class process_sandbox final : public sandbox {
public:
  /// Starts the spawner, the thread and the warm processes. errc::io_failed: no spawner;
  /// errc::invalid: a kind is there twice or has no command.
  static result<std::unique_ptr<process_sandbox>> open(sandbox_settings settings);
  ~process_sandbox() override;

  void listen(listener on_messages) override;
  std::vector<handler_capacity> capacities() const override;
  void run(std::vector<handler_task> tasks) override;
  void cancel(const lease& of) override;

  /// Returns the pid of the spawner, or -1 between two; for logs, and tests that kill it.
  int spawner_pid() const;

private:
  class loop;

  explicit process_sandbox(std::unique_ptr<loop> runs);

  std::unique_ptr<loop> loop_;
};

} // namespace dure::node
