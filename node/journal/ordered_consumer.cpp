#include "node/journal/ordered_consumer.hpp"

#include "node/journal/event_loop.hpp"
#include "node/journal/jetstream_api.hpp"
#include "node/journal/nats_connection.hpp"
#include "node/journal/nats_requests.hpp"
#include "node/journal/nats_subscription.hpp"
#include "node/journal/unique_token.hpp"

#include <charconv>
#include <chrono>
#include <mutex>
#include <utility>

namespace dure::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds heartbeat{2'000};
constexpr milliseconds silence_max{5'000};
constexpr milliseconds watch_interval{2'500};
constexpr milliseconds create_timeout{3'000};
constexpr milliseconds retry_delay{250};

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

} // namespace

/// One incarnation of the server's consumer follows the other; `incarnation_` grows at each change,
/// so that whatever belongs to an older one is recognised and dropped.
class ordered_consumer::machine : public std::enable_shared_from_this<machine> {
public:
  machine(nats_connection& connection, std::string stream, std::string filter, listener on_message)
      : connection_{connection}, stream_{std::move(stream)}, filter_{std::move(filter)},
        on_message_{std::move(on_message)}, name_{unique_token()} {}

  void start(std::uint64_t from) {
    std::lock_guard lock{mutex_};
    next_ = from;
    if (!watch_)
      watch_ = connection_.observe([this](bool connected) {
        std::lock_guard inner{mutex_};
        if (connected && active_)
          renew();
      });
    active_ = true;
    if (!std::exchange(watched_, true))
      watch_later();
    renew();
  }

  void stop() {
    std::lock_guard lock{mutex_};
    if (!std::exchange(active_, false))
      return;
    end_incarnation();
  }

  /// Stops for good and waits for the listener. Not under the lock: a watcher may be waiting for
  /// it.
  void close() {
    stop();
    watch_.reset();
    std::lock_guard no_longer{delivering_};
  }

private:
  std::string consumer() const { return name_ + "-" + std::to_string(incarnation_); }

  std::string deliver_to() const { return "_INBOX." + consumer(); }

  /// Requires: locked.
  void renew() {
    end_incarnation();
    from_ = next_;
    delivered_ = 0;
    heard_ = steady_clock::now();
    post_create(milliseconds{0});
  }

  void end_incarnation() {
    if (subscription_) {
      nats_subscription::detach(std::move(subscription_));
      connection_.loop().post(
          [&c = connection_, subject = "$JS.API.CONSUMER.DELETE." + stream_ + "." + consumer()] {
            c.publish(subject, {});
          });
    }
    ++incarnation_;
  }

  void post_create(milliseconds delay) {
    connection_.loop().post_after(delay, [weak = weak_from_this(), incarnation = incarnation_] {
      if (const auto self = weak.lock())
        self->create(incarnation);
    });
  }

  void create(std::uint64_t incarnation) {
    outgoing_message request;
    {
      std::lock_guard lock{mutex_};
      if (!active_ || incarnation != incarnation_)
        return;
      // One for each incarnation: for a push consumer, the server wants interest in its very
      // subject, a wildcard does not count.
      if (!subscription_)
        subscription_ = nats_subscription::open(
            connection_, deliver_to(),
            [self = shared_from_this(), incarnation](const incoming_message& message) {
              self->receive(incarnation, message);
            });
      request.subject = "$JS.API.CONSUMER.CREATE." + stream_ + "." + consumer();
      request.payload = jetstream::create_consumer_body(
          {stream_, consumer(), deliver_to(), filter_, from_, heartbeat});
    }
    connection_.requests().send(request, create_timeout,
                                [weak = weak_from_this(), incarnation](const nats_reply& reply) {
                                  if (const auto self = weak.lock())
                                    self->created(incarnation, reply);
                                });
  }

  void created(std::uint64_t incarnation, const nats_reply& reply) {
    std::lock_guard lock{mutex_};
    heard_ = steady_clock::now();
    if (!active_ || incarnation != incarnation_ || reply.outcome == reply_outcome::disconnected)
      return; // Coming back makes a new one.
    // The same again, from where it began: had only the answer been late, the server would refuse
    // to move the consumer that it made, and we would ask for ever.
    if (reply.outcome != reply_outcome::answered || jetstream::parse_done(reply.payload))
      post_create(retry_delay);
  }

  /// Only one thread is in here, although an older incarnation's may still be running.
  void receive(std::uint64_t incarnation, const incoming_message& message) {
    std::lock_guard one_at_a_time{delivering_};
    const auto from = jetstream::parse_delivery(message.reply_to());
    if (!from) {
      hear_heartbeat(incarnation, message);
      return;
    }
    {
      std::lock_guard lock{mutex_};
      if (!active_ || incarnation != incarnation_)
        return;
      if (from->consumer_sequence != delivered_ + 1) {
        renew();
        return;
      }
      delivered_ = from->consumer_sequence;
      next_ = from->stream_sequence + 1;
      busy_ = true;
    }
    on_message_(from->stream_sequence, message.payload());
    std::lock_guard lock{mutex_};
    busy_ = false;
    heard_ = steady_clock::now();
  }

  /// Idle heartbeats tell how much was sent before; flow control wants an answer once everything
  /// before it has been dealt with, which is now.
  void hear_heartbeat(std::uint64_t incarnation, const incoming_message& message) {
    std::string answer_to{message.reply_to()};
    if (answer_to.empty())
      answer_to = message.header("Nats-Consumer-Stalled");
    {
      std::lock_guard lock{mutex_};
      if (!active_ || incarnation != incarnation_)
        return;
      heard_ = steady_clock::now();
      const auto sent = message.header("Nats-Last-Consumer");
      if (!sent.empty() && number_in(sent) != delivered_)
        renew();
    }
    if (!answer_to.empty())
      connection_.publish(answer_to, {});
  }

  void watch_later() {
    connection_.loop().post_after(watch_interval, [weak = weak_from_this()] {
      if (const auto self = weak.lock())
        self->check_silence();
    });
  }

  void check_silence() {
    std::lock_guard lock{mutex_};
    watched_ = active_;
    if (!active_)
      return;
    if (!busy_ && steady_clock::now() - heard_ > silence_max && connection_.connected())
      renew();
    watch_later();
  }

  nats_connection& connection_;
  const std::string stream_;
  const std::string filter_;
  const listener on_message_;
  const std::string name_;

  std::mutex delivering_; ///< Held around the listener; taken before mutex_.
  std::mutex mutex_;
  bool active_ = false;
  bool watched_ = false; ///< check_silence is on its way.
  bool busy_ = false;    ///< The listener runs; silence means nothing.
  std::uint64_t incarnation_ = 0;
  std::uint64_t next_ = 1;      ///< In the stream.
  std::uint64_t from_ = 1;      ///< Where this incarnation began.
  std::uint64_t delivered_ = 0; ///< By this incarnation.
  steady_clock::time_point heard_{};
  std::unique_ptr<nats_connection::watch> watch_;
  std::unique_ptr<nats_subscription> subscription_;
};

ordered_consumer::ordered_consumer(nats_connection& connection, std::string stream,
                                   std::string filter, listener on_message)
    : machine_{std::make_shared<machine>(connection, std::move(stream), std::move(filter),
                                         std::move(on_message))} {}

ordered_consumer::~ordered_consumer() {
  machine_->close();
}

void ordered_consumer::start(std::uint64_t from) {
  machine_->start(from);
}

void ordered_consumer::stop() {
  machine_->stop();
}

} // namespace dure::node
