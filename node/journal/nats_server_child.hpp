#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/log.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace dure::node {

struct nats_server_settings {
  std::filesystem::path data;          ///< The server's files go to <data>/nats.
  std::string program = "nats-server"; ///< A path, or a name to look for.
  std::optional<std::uint16_t> monitoring_port = std::nullopt;
  std::chrono::milliseconds ready_timeout{60'000}; ///< A large store takes time to open.
  std::chrono::milliseconds stop_grace{10'000};
};

/// A nats-server of our own, started with us, started again when it dies and stopped with us.
/// Thread-safe.
///
/// Two locks in <data>/nats make it safe over kills: `owner.lock` is held by us; `server.lock` is
/// inherited by the server and stays locked as long as it lives. So the orphan of a killed process
/// is noticed even when its pid file is not written yet. It is found by the pid file, recognised by
/// its command line, which names our configuration file, and ended before another server opens
/// the same store.
class nats_server_child {
public:
  /// Starts the server and waits until it takes connections. errc::busy when another process owns
  /// the folder, errc::not_found without a nats-server, errc::invalid when it is too old.
  static result<std::unique_ptr<nats_server_child>> start(const nats_server_settings& settings,
                                                          log_sink& log);

  /// Stops the server: SIGTERM, then SIGKILL.
  ~nats_server_child();

  nats_server_child(const nats_server_child&) = delete;
  nats_server_child& operator=(const nats_server_child&) = delete;

  /// Returns the URL with user and password; it stays the same over restarts of the server.
  const std::string& url() const;

  const std::string& version() const;

  std::uint16_t port() const;

  /// Returns the process as it is now; it changes with a restart.
  pid_t pid() const;

private:
  class supervisor;

  explicit nats_server_child(std::unique_ptr<supervisor> s);

  std::unique_ptr<supervisor> supervisor_;
};

} // namespace dure::node
