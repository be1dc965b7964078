#pragma once

#include "node/journal/nats_subscription.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dure::node {

struct outgoing_message {
  std::string subject;
  std::string payload;
  std::vector<std::pair<std::string, std::string>> headers;
};

enum class reply_outcome : std::uint8_t {
  answered,
  no_responders, ///< Nobody listens to the subject: no such stream, or JetStream is not ready.
  disconnected,  ///< The connection is or was away; it may have arrived.
  timed_out,
  not_sent, ///< Over the server's payload limit or malformed.
};

/// Returns words for a reason, e.g. "the connection is away".
std::string_view to_string(reply_outcome outcome);

struct nats_reply {
  reply_outcome outcome = reply_outcome::answered;
  std::string payload; ///< When answered.
};

/// Requests with one answer each, all over one inbox. Thread-safe.
///
/// Every request is answered exactly once, on the inbox's thread or, when it failed, on the loop;
/// handlers must only pass the answer on. A failure is told no sooner than 100 ms after the
/// request, so that a caller who repeats at once does not spin.
class nats_requests {
public:
  using handler = std::function<void(nats_reply)>;

  explicit nats_requests(nats_connection& connection);
  ~nats_requests();

  nats_requests(const nats_requests&) = delete;
  nats_requests& operator=(const nats_requests&) = delete;

  /// Publishes on the calling thread: while the socket is full it blocks, at most until the
  /// connection's write deadline.
  void send(const outgoing_message& request, std::chrono::milliseconds timeout, handler on_reply);

  /// Called by the connection on its loop. Going away fails what is outstanding.
  void set_connected(bool connected);

private:
  struct pending {
    handler on_reply;
    std::chrono::steady_clock::time_point deadline;
  };

  std::uint64_t expect(handler on_reply, std::chrono::milliseconds timeout);
  void receive(const incoming_message& message);
  void fail(std::uint64_t token, reply_outcome outcome);
  void fail_later(std::uint64_t token, reply_outcome outcome);
  void sweep();
  bool publish(const outgoing_message& request, const std::string& reply_to);

  nats_connection& connection_;
  std::string inbox_; ///< With the final dot.
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, pending> pending_;
  std::uint64_t last_token_ = 0;
  bool connected_ = false;
  bool sweeping_ = false;
  std::unique_ptr<nats_subscription> subscription_;
};

} // namespace dure::node
