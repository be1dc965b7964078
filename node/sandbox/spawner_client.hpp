#pragma once

#include "node/sandbox/spawn_protocol.hpp"

#include <deque>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dure::node {

/// The node's end of a spawner process. One owner: the sandbox's I/O thread; never blocks but in
/// the destructor, which ends the spawner and with it every handler.
class spawner_client {
public:
  /// `argv` makes a process that calls `spawner_main(spawner_control_fd)`.
  explicit spawner_client(std::vector<std::string> argv) : argv_{std::move(argv)} {}

  spawner_client(const spawner_client&) = delete;
  spawner_client& operator=(const spawner_client&) = delete;

  ~spawner_client() { stop(); }

  /// Starts the process by posix_spawn. Requires: !running().
  result<void> start();

  /// Ends the process and waits for it.
  void stop();

  bool running() const { return static_cast<bool>(control_); }

  int fd() const { return control_.get(); }

  pid_t pid() const { return pid_; }

  /// Asks for a process with these ends of its sockets. errc::too_large.
  result<void> spawn(const spawn_request& request, owned_fd stdio, owned_fd stderr_fd);
  void kill(std::uint64_t id);

  /// Sends what waits; returns false when the spawner is gone.
  bool flush();

  bool wants_to_write() const { return !waiting_.empty(); }

  /// Appends what the spawner told; returns false when it is gone.
  bool receive(std::vector<spawn_report>& reports);

private:
  struct packet {
    std::string bytes;
    std::vector<owned_fd> fds;
  };

  std::vector<std::string> argv_;
  owned_fd control_;
  pid_t pid_ = -1;
  std::deque<packet> waiting_; ///< Bounded by the processes of all pools.
};

} // namespace dure::node
