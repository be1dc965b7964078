#pragma once

#include "actors/ports/log.hpp"
#include "node/journal/child_process.hpp"
#include "node/journal/nats_connection.hpp"
#include "node/journal/nats_server_config.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <functional>
#include <memory>
#include <string>

namespace dure::test {

/// Keeps what adapters say for whoever looks into a failed test: prints warnings and errors.
class printing_log final : public log_sink {
public:
  using log_sink::write;
  void write(log_level level, std::string_view event, std::string_view text,
             std::initializer_list<log_field> fields) override;
};

/// A nats-server that a test may stop, kill and start again, on one port and one store. One owner.
class nats_test_server {
public:
  nats_test_server();

  /// One of a cluster, named and with more words in its configuration.
  nats_test_server(std::string name, const std::string& more);
  ~nats_test_server();

  nats_test_server(const nats_test_server&) = delete;
  nats_test_server& operator=(const nats_test_server&) = delete;

  /// Starts the server and waits until it takes connections.
  void start();
  void stop();
  void kill_hard(); ///< SIGKILL.

  /// What it wants of the user `dure` from its next start on; `url` goes with it.
  void set_password(const std::string& password);

  std::string url() const;

  const node::nats_server_config& config() const { return config_; }

  /// Returns where a stream's message blocks lie.
  std::filesystem::path blocks_of(const std::string& stream) const;

  /// Returns a connection, connected.
  std::unique_ptr<node::nats_connection> connect();

  log_sink& log() { return log_; }

private:
  printing_log log_;
  temporary_folder folder_;
  node::nats_server_config config_;
  std::string more_; ///< In its configuration.
  node::process_handle process_;
};

/// Returns a port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

/// Waits until the condition holds, at most `seconds`. Returns whether it does.
bool eventually(const std::function<bool()>& holds, int seconds = 20);

} // namespace dure::test
