#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/log.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

struct __natsConnection; // The name that nats.c gives its type.

namespace dure::node {

class event_loop;
class nats_requests;

struct nats_settings {
  std::string url;  ///< "nats://[user:password@]host:port", several with commas between.
  std::string name; ///< Shown by the server.
};

/// One connection to NATS that comes back by itself, for ever. Thread-safe; everything made on it
/// must be destroyed before it.
///
/// Files that stream in bulk should have a connection of their own, so that they do not stand in
/// the way of the journal's appends.
class nats_connection {
public:
  /// Ends when destroyed; must not be destroyed by its own function.
  class watch {
  public:
    virtual ~watch() = default;
  };

  /// Does not need the server to be there. errc::invalid for a malformed URL.
  static result<std::unique_ptr<nats_connection>> open(const nats_settings& settings,
                                                       log_sink& log);
  ~nats_connection();

  nats_connection(const nats_connection&) = delete;
  nats_connection& operator=(const nats_connection&) = delete;

  /// Returns whether a server that may be used (new enough) is connected.
  bool connected() const { return connected_; }

  /// Returns how many addresses of servers are known: those told and those heard of in the cluster.
  int known_addresses() const;

  /// Sends at most once; drops when the connection is away.
  void publish(const std::string& subject, std::string_view payload);

  /// Calls `on_change` on the loop whenever the connection comes or goes.
  std::unique_ptr<watch> observe(std::function<void(bool connected)> on_change);

  nats_requests& requests() { return *requests_; }

  event_loop& loop() { return *loop_; }

  __natsConnection* handle() { return handle_; }

private:
  struct callbacks;
  struct observers;
  class observer;

  explicit nats_connection(log_sink& log);

  void check_state();
  void set_state(bool connected);
  bool is_new_enough();

  log_sink& log_;
  std::atomic<bool> connected_ = false;
  std::shared_ptr<observers> observers_;
  std::unique_ptr<callbacks> callbacks_;
  std::unique_ptr<event_loop> loop_;
  std::unique_ptr<nats_requests> requests_;
  __natsConnection* handle_ = nullptr;
};

} // namespace dure::node
