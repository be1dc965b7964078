#include "node/journal/nats_subscription.hpp"

#include "node/journal/call_gate.hpp"
#include "node/journal/nats_handles.hpp"

#include <utility>

namespace dure::node {

std::string_view incoming_message::subject() const {
  return natsMsg_GetSubject(message_);
}

std::string_view incoming_message::reply_to() const {
  const char* reply = natsMsg_GetReply(message_);
  return reply == nullptr ? std::string_view{} : reply;
}

std::string_view incoming_message::payload() const {
  return {natsMsg_GetData(message_), static_cast<std::size_t>(natsMsg_GetDataLength(message_))};
}

std::string_view incoming_message::header(const char* name) const {
  const char* value = nullptr;
  return natsMsgHeader_Get(message_, name, &value) == NATS_OK ? std::string_view{value}
                                                              : std::string_view{};
}

bool incoming_message::is_no_responders() const {
  return natsMsg_IsNoResponders(message_);
}

struct nats_subscription::receiver {
  explicit receiver(listener f) : on_message{std::move(f)} {}

  ~receiver() { natsSubscription_Destroy(handle); }

  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  call_gate gate;
  listener on_message;
  natsSubscription* handle = nullptr; ///< Destroyed when neither we nor the library needs it.

  // nats.c keeps a share of the receiver from the subscription's start until its delivery thread
  // has ended, which may be after our own object is gone.
  using share = std::shared_ptr<receiver>;

  static void deliver(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    message_handle owned{message};
    auto& self = **static_cast<share*>(closure);
    self.gate.pass([&] { self.on_message(incoming_message{message}); });
  }

  static void complete(void* closure) { delete static_cast<share*>(closure); }
};

nats_subscription::nats_subscription(std::shared_ptr<receiver> to) : receiver_{std::move(to)} {}

std::unique_ptr<nats_subscription> nats_subscription::open(__natsConnection* connection,
                                                           const std::string& subject,
                                                           listener on_message) {
  auto to = std::make_shared<receiver>(std::move(on_message));
  auto kept_by_library = std::make_unique<receiver::share>(to);
  if (natsConnection_Subscribe(&to->handle, connection, subject.c_str(), receiver::deliver,
                               kept_by_library.get()) != NATS_OK)
    return nullptr;
  natsSubscription_SetOnCompleteCB(to->handle, receiver::complete, kept_by_library.release());
  // What the server sends is bounded by flow control and by how much we ask for; dropping here
  // would only make us ask again.
  natsSubscription_SetPendingLimits(to->handle, -1, -1);
  return std::unique_ptr<nats_subscription>{new nats_subscription{std::move(to)}};
}

void nats_subscription::detach(std::unique_ptr<nats_subscription> ended) {
  if (ended)
    ended->waits_ = false;
}

nats_subscription::~nats_subscription() {
  if (waits_)
    receiver_->gate.close();
  // Not unsubscribed at once: the library's reader looks a subscription up and uses it a moment
  // later without holding it. After a drain no message is on its way to it any more.
  if (natsSubscription_Drain(receiver_->handle) != NATS_OK)
    natsSubscription_Unsubscribe(receiver_->handle);
}

} // namespace dure::node
