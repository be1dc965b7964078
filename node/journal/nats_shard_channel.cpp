#include "node/journal/nats_shard_channel.hpp"

#include "node/journal/call_gate.hpp"
#include "node/journal/event_loop.hpp"
#include "node/journal/nats_connection.hpp"
#include "node/journal/nats_names.hpp"
#include "node/journal/nats_requests.hpp"
#include "node/journal/nats_subscription.hpp"

#include <utility>

namespace dure::node {
namespace {

result<std::string> to_result(nats_reply reply) {
  switch (reply.outcome) {
  case reply_outcome::answered:
    return std::move(reply.payload);
  case reply_outcome::no_responders:
    return error{errc::not_leader, "no node leads the log"};
  case reply_outcome::not_sent:
    return error{errc::unavailable, std::string{to_string(reply.outcome)}};
  case reply_outcome::disconnected:
  case reply_outcome::timed_out:
    break;
  }
  return error{errc::unknown_outcome, std::string{to_string(reply.outcome)}};
}

/// Sends on the loop, so that a caller never waits for a full socket.
class nats_shard_channel final : public shard_channel {
public:
  nats_shard_channel(nats_connection& connection, std::string beats, std::string requests,
                     listener on_message)
      : connection_{connection}, beats_{std::move(beats)}, requests_{std::move(requests)},
        heard_{std::make_shared<heard>(std::move(on_message))},
        beats_in_{nats_subscription::open(connection_, beats_,
                                          [to = heard_](const incoming_message& message) {
                                            to->tell(beat_heard{std::string{message.payload()}});
                                          })} {}

  ~nats_shard_channel() override { heard_->gate.close(); }

  nats_shard_channel(const nats_shard_channel&) = delete;
  nats_shard_channel& operator=(const nats_shard_channel&) = delete;

  void beat(std::string bytes) override { publish(beats_, std::move(bytes)); }

  void ask(std::uint64_t number, std::string bytes, milliseconds timeout) override {
    connection_.loop().post([&connection = connection_, to = heard_, subject = requests_,
                             bytes = std::move(bytes), number, timeout] {
      connection.requests().send({subject, bytes, {}}, timeout, [to, number](nats_reply reply) {
        to->tell(request_answered{number, to_result(std::move(reply))});
      });
    });
  }

  void serve(bool on) override {
    if (!on)
      nats_subscription::detach(std::move(requests_in_));
    else if (!requests_in_)
      requests_in_ = nats_subscription::open(
          connection_, requests_, [to = heard_](const incoming_message& message) {
            to->tell(
                request_heard{std::string{message.payload()}, std::string{message.reply_to()}});
          });
  }

  void reply(const std::string& to, std::string bytes) override { publish(to, std::move(bytes)); }

private:
  /// Shared with what is still on its way when the channel is gone.
  struct heard {
    explicit heard(listener f) : on_message{std::move(f)} {}

    void tell(channel_message message) {
      gate.pass([&] { on_message(std::move(message)); });
    }

    call_gate gate;
    listener on_message;
  };

  void publish(const std::string& subject, std::string bytes) {
    connection_.loop().post([&connection = connection_, subject, bytes = std::move(bytes)] {
      connection.publish(subject, bytes);
    });
  }

  nats_connection& connection_;
  std::string beats_;
  std::string requests_;
  std::shared_ptr<heard> heard_;
  std::unique_ptr<nats_subscription> beats_in_;
  std::unique_ptr<nats_subscription> requests_in_; ///< While this node leads.
};

} // namespace

nats_shard_channels::nats_shard_channels(nats_connection& connection, std::string cluster)
    : connection_{connection}, cluster_{std::move(cluster)} {}

std::unique_ptr<shard_channel> nats_shard_channels::open(const std::string& queue,
                                                         std::uint16_t shard,
                                                         shard_channel::listener on_message) {
  return std::make_unique<nats_shard_channel>(
      connection_, nats_names::beat_subject(cluster_, queue, shard),
      nats_names::request_subject(cluster_, queue, shard), std::move(on_message));
}

} // namespace dure::node
