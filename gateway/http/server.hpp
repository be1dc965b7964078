#pragma once

#include "actors/core/error.hpp"
#include "gateway/api/explainer.hpp"
#include "gateway/http/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace dure::gateway {

class backend;

struct server_config {
  std::string address = "127.0.0.1"; ///< An IP address, or "localhost".
  std::uint16_t port = 8080;         ///< 0: any free one.
  bool insecure_listen = false;      ///< Allows addresses that others can reach, though there are
                                     ///< no keys.
  std::size_t blocking_threads = 4;  ///< For blobs, lists and large bodies.
  server_limits limits;
  explainer explains; ///< Of questions, as the handlers of this cluster are configured; see wiring.
  std::shared_ptr<spdlog::logger> log; ///< Null: silent.
};

/// The HTTP service of a node. One thread serves all connections, a few more do what blocks.
/// One owner; `node` outlives it.
class server {
public:
  server(server_config config, backend& node);

  /// Stops without grace if that was not done.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens and serves from now on, or says in one sentence why it cannot.
  result<void> start();

  /// Returns the port that is listened on, once started.
  std::uint16_t port() const;

  /// Takes no new connection, closes idle ones, answers those who wait, gives every exchange in
  /// flight `grace` to finish and ends the others. Comes back when all is over.
  void stop(std::chrono::milliseconds grace);

private:
  struct core;
  std::unique_ptr<core> core_;
};

} // namespace dure::gateway
