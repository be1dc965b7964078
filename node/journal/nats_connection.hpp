#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/log.hpp"
#include "node/journal/watchers.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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
/// nats.c gives its own connection up when the first handshake fails (a server that is going down,
/// or too slow) and when a server refuses a password twice. A new one then takes its place, with
/// the subscriptions of the old one. While it is made, the loop waits: 2 s for each address.
///
/// Files that stream in bulk should have a connection of their own, so that they do not stand in
/// the way of the journal's appends.
class nats_connection {
public:
  using watch = watchers::watch;

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

  /// Calls `on_replaced` on the loop when `handle` has become another one, before that counts as
  /// connected.
  std::unique_ptr<watch> observe_handle(std::function<void()> on_replaced);

  /// Keeps what a subscription leaves until nobody else does, at the latest until the library's
  /// connection is closed: its reader may be about to lock a subscription that it only looked up.
  void keep_while_used(std::shared_ptr<const void> ended);

  nats_requests& requests() { return *requests_; }

  event_loop& loop() { return *loop_; }

  /// Returns the library's connection of now; it may be replaced at any time.
  std::shared_ptr<__natsConnection> handle() const;

private:
  struct callbacks;

  nats_connection(const nats_settings& settings, log_sink& log);

  bool start();
  bool connect();
  void replace_later();
  void replace();
  void check_state();
  void set_state(bool connected);
  bool is_new_enough() const;

  const nats_settings settings_;
  log_sink& log_;
  std::atomic<bool> connected_ = false;
  watchers observers_;
  watchers replaced_;
  std::unique_ptr<callbacks> callbacks_; ///< Of the handle; made on the loop, as it is.
  std::string failure_;                  ///< Why `connect` failed.
  bool told_given_up_ = false;           ///< Since it was connected; the loop's.
  std::unique_ptr<event_loop> loop_;
  std::unique_ptr<nats_requests> requests_;
  mutable std::mutex mutex_; ///< Guards what follows.
  std::shared_ptr<__natsConnection> handle_;
  std::vector<std::shared_ptr<const void>> ended_; ///< Subscriptions that are being drained.
};

} // namespace dure::node
