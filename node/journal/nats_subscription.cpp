#include "node/journal/nats_subscription.hpp"

#include "node/journal/call_gate.hpp"
#include "node/journal/nats_handles.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace dure::node {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds completion_wait{1'000};

} // namespace

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

struct nats_subscription::ear {
  call_gate gate;
  listener on_message;
};

/// A subscription of the library.
struct nats_subscription::receiver {
  explicit receiver(std::shared_ptr<ear> e) : to{std::move(e)} {}

  ~receiver() { natsSubscription_Destroy(handle); }

  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  const std::shared_ptr<ear> to;
  natsSubscription* handle = nullptr; ///< Destroyed when neither we nor the library needs it.

  // nats.c keeps a share of the receiver from the subscription's start until its delivery thread
  // has ended, which may be after our own object is gone.
  using share = std::shared_ptr<receiver>;

  static void deliver(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    message_handle owned{message};
    auto& ear = *(*static_cast<share*>(closure))->to;
    ear.gate.pass([&] { ear.on_message(incoming_message{message}); });
  }

  static void complete(void* closure) { delete static_cast<share*>(closure); }

  /// Gives the library its share. Returns false when the connection has ended meanwhile: then
  /// `complete` is not called, so what is kept is given back when the delivery thread has ended.
  bool keep(std::unique_ptr<share> kept) {
    if (natsSubscription_SetOnCompleteCB(handle, complete, kept.get()) == NATS_OK) {
      static_cast<void>(kept.release());
      return true;
    }
    // It ends by itself, at once; only its listener could hold it up, by waiting for our caller.
    for (auto left = completion_wait; left > milliseconds{0}; left -= milliseconds{1}) {
      if (natsSubscription_DrainCompletionStatus(handle) != NATS_ILLEGAL_STATE)
        return false;
      std::this_thread::sleep_for(milliseconds{1});
    }
    static_cast<void>(kept.release()); // Rather lost than used after its end.
    return false;
  }
};

nats_subscription::nats_subscription(nats_connection& connection, std::string subject,
                                     listener on_message)
    : connection_{connection}, subject_{std::move(subject)}, ear_{new ear{{},
                                                                          std::move(on_message)}} {}

std::unique_ptr<nats_subscription> nats_subscription::open(nats_connection& connection,
                                                           const std::string& subject,
                                                           listener on_message) {
  std::unique_ptr<nats_subscription> made{
      new nats_subscription{connection, subject, std::move(on_message)}};
  // First, so that no replacement is missed.
  made->watch_ = connection.observe_handle([self = made.get()] { self->attach(); });
  return made->attach() ? std::move(made) : nullptr;
}

/// Subscribes on the library's connection of now, unless that is done. Returns false when it never
/// will; on a connection that has ended there is nothing to do until it is replaced.
bool nats_subscription::attach() {
  std::lock_guard lock{mutex_};
  auto now = connection_.handle();
  if (on_ == now)
    return true;
  on_ = std::move(now);
  receiver_.reset();
  auto to = std::make_shared<receiver>(ear_);
  auto kept = std::make_unique<receiver::share>(to);
  const auto status = natsConnection_Subscribe(&to->handle, on_.get(), subject_.c_str(),
                                               receiver::deliver, kept.get());
  if (status != NATS_OK)
    return status == NATS_CONNECTION_CLOSED;
  if (!to->keep(std::move(kept)))
    return true;
  // What the server sends is bounded by flow control and by how much we ask for; dropping here
  // would only make us ask again.
  natsSubscription_SetPendingLimits(to->handle, -1, -1);
  receiver_ = std::move(to);
  return true;
}

void nats_subscription::detach(std::unique_ptr<nats_subscription> ended) {
  if (ended)
    ended->waits_ = false;
}

nats_subscription::~nats_subscription() {
  watch_.reset(); // Waits for a move to another connection, so all below is ours alone.
  if (waits_)
    ear_->gate.close();
  // Not unsubscribed at once: the library's reader looks a subscription up and uses it a moment
  // later without holding it. After a drain no message is on its way to it any more.
  if (!receiver_)
    return;
  if (natsSubscription_Drain(receiver_->handle) != NATS_OK)
    natsSubscription_Unsubscribe(receiver_->handle);
  connection_.keep_while_used(std::move(receiver_));
}

} // namespace dure::node
