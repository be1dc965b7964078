#pragma once

#include "node/journal/nats_connection.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct __natsMsg; // The name that nats.c gives its type.

namespace dure::node {

/// What came in on a subscription; valid during the call.
class incoming_message {
public:
  explicit incoming_message(__natsMsg* message) : message_{message} {}

  std::string_view subject() const;
  std::string_view reply_to() const; ///< Empty: none.
  std::string_view payload() const;

  /// Returns the header's value, or nothing ("") when it is not there.
  std::string_view header(const char* name) const;

  /// Says that nobody listens to the subject of a request.
  bool is_no_responders() const;

private:
  __natsMsg* message_;
};

/// A subscription with a delivery thread of its own. Survives reconnects, and moves on when the
/// library's connection is replaced. It must not outlive the connection.
class nats_subscription {
public:
  using listener = std::function<void(const incoming_message&)>;

  /// Returns nothing when the subject is malformed.
  static std::unique_ptr<nats_subscription> open(nats_connection& connection,
                                                 const std::string& subject, listener on_message);

  /// When it returns, the listener is not running any more; so the listener must not destroy its
  /// own subscription.
  ~nats_subscription();

  /// Ends a subscription without waiting: a call of the listener may still be running. The listener
  /// itself may do this.
  static void detach(std::unique_ptr<nats_subscription> ended);

  nats_subscription(const nats_subscription&) = delete;
  nats_subscription& operator=(const nats_subscription&) = delete;

private:
  struct ear;
  struct receiver;

  nats_subscription(nats_connection& connection, std::string subject, listener on_message);

  bool attach();

  nats_connection& connection_;
  const std::string subject_;
  std::shared_ptr<ear> ear_;
  bool waits_ = true; ///< The destructor waits for the listener.
  std::mutex mutex_;  ///< Guards what follows.
  std::shared_ptr<__natsConnection> on_;
  std::shared_ptr<receiver> receiver_; ///< Nothing when the library refused.
  std::unique_ptr<nats_connection::watch> watch_;
};

} // namespace dure::node
