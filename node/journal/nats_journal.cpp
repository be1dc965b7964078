#include "node/journal/nats_journal.hpp"

#include "node/journal/call_gate.hpp"
#include "node/journal/event_loop.hpp"
#include "node/journal/nats_connection.hpp"
#include "node/journal/nats_names.hpp"
#include "node/journal/nats_requests.hpp"
#include "node/journal/nats_stream.hpp"
#include "node/journal/ordered_consumer.hpp"

#include <atomic>
#include <chrono>
#include <utility>

namespace dure::node {
namespace {

constexpr std::chrono::milliseconds append_timeout{5'000};
constexpr std::chrono::milliseconds read_timeout{5'000};

journal_message to_append_outcome(const nats_reply& reply) {
  if (reply.outcome != reply_outcome::answered)
    return append_unknown{std::string{to_string(reply.outcome)}};
  const auto answer = jetstream::parse_publish_ack(reply.payload);
  if (const auto* ack = std::get_if<jetstream::publish_ack>(&answer))
    return append_taken{journal_index{ack->sequence}, ack->duplicate};
  const auto& refusal = std::get<jetstream::api_error>(answer);
  if (refusal.number == jetstream::wrong_last_sequence)
    return append_refused{};
  return append_unknown{refusal.description};
}

journal_message to_record(journal_index index, const nats_reply& reply) {
  if (reply.outcome != reply_outcome::answered)
    return record_read{index, std::nullopt, true};
  auto answer = jetstream::parse_stored_message(reply.payload);
  if (auto* found = std::get_if<jetstream::stored_message>(&answer))
    return record_read{index, std::move(found->payload), found->sequence != number(index)};
  const bool absent = std::get<jetstream::api_error>(answer).number == jetstream::message_not_found;
  return record_read{index, std::nullopt, !absent};
}

stream_seen to_stream_seen(const result<jetstream::stream_state>& found) {
  if (!found)
    return {.failure = found.error()};
  return {.failure = {},
          .first = journal_index{found->first == 0 ? 1 : found->first},
          .last = journal_index{found->last},
          .created = found->created};
}

/// What the journal shares with answers that are still on their way when it is destroyed.
struct shared_journal {
  nats_connection& connection;
  nats_stream stream;
  std::string subject;
  journal::listener on_message;
  call_gate gate;                  ///< Around the listener.
  std::atomic<bool> ready = false; ///< The stream was there once, as we want it.

  void tell(journal_message message) {
    gate.pass([&] { on_message(std::move(message)); });
  }

  void publish(const append_record& request, const std::shared_ptr<shared_journal>& self) {
    connection.requests().send(
        {subject,
         request.bytes,
         {{"Nats-Msg-Id", to_string(request.hash)},
          {"Nats-Expected-Last-Sequence", std::to_string(number(request.expected))}}},
        append_timeout, [self](const nats_reply& reply) { self->tell(to_append_outcome(reply)); });
  }
};

class nats_journal final : public journal {
public:
  nats_journal(nats_connection& connection, nats_stream stream, std::string subject,
               listener on_message)
      : connection_{connection},
        shared_{new shared_journal{
            connection, stream, std::move(subject), std::move(on_message), {}, {}}},
        tail_{connection, stream.name(), "",
              [shared = shared_.get()](std::uint64_t sequence, std::string_view bytes) {
                shared->tell(record_tailed{journal_index{sequence}, std::string{bytes}});
              }},
        watch_{connection.observe([this](bool connected) {
          if (connected && !shared_->ready)
            examine(shared_, [](const auto&) {});
        })} {
    on_loop([this] { examine(shared_, [](const auto&) {}); });
  }

  ~nats_journal() override {
    own_->close();
    watch_.reset();
    shared_->gate.close();
  }

  nats_journal(const nats_journal&) = delete;
  nats_journal& operator=(const nats_journal&) = delete;

  void append(append_record request) override {
    on_loop([this, request = std::move(request)] {
      if (shared_->ready) {
        shared_->publish(request, shared_);
        return;
      }
      examine(shared_, [shared = shared_, request](const result<jetstream::stream_state>& found) {
        if (found)
          shared->publish(request, shared);
        else
          shared->tell(append_unknown{found.error().context});
      });
    });
  }

  void read(journal_index index) override {
    on_loop([this, index] {
      connection_.requests().send({"$JS.API.STREAM.MSG.GET." + shared_->stream.name(),
                                   "{\"seq\":" + std::to_string(number(index)) + "}",
                                   {}},
                                  read_timeout, [shared = shared_, index](const nats_reply& r) {
                                    shared->tell(to_record(index, r));
                                  });
    });
  }

  void look() override {
    on_loop([this] {
      examine(shared_, [shared = shared_](const result<jetstream::stream_state>& found) {
        shared->tell(to_stream_seen(found));
      });
    });
  }

  void start_at(journal_index first) override {
    on_loop([this, first] {
      // Whether it was done is seen by looking; who wished it wishes it again.
      connection_.requests().send({"$JS.API.STREAM.PURGE." + shared_->stream.name(),
                                   "{\"seq\":" + std::to_string(number(first)) + "}",
                                   {}},
                                  read_timeout, [](const nats_reply&) {});
    });
  }

  void remove() override {
    on_loop([this] {
      const auto show = [shared = shared_](const auto& found) {
        shared->tell(to_stream_seen(found));
      };
      // While it is away the request would be kept and carried out at some later moment.
      if (!connection_.connected())
        return examine(shared_, show);
      connection_.requests().send(
          {"$JS.API.STREAM.DELETE." + shared_->stream.name(), "", {}}, read_timeout,
          [shared = shared_, show](const nats_reply&) { examine(shared, show); });
    });
  }

  void tail(journal_index from) override {
    on_loop([this, from] { tail_.start(number(from)); });
  }

  void stop_tail() override {
    on_loop([this] { tail_.stop(); });
  }

private:
  using examined = std::function<void(const result<jetstream::stream_state>&)>;

  /// Sends on the loop, so that a caller never waits for a full socket.
  void on_loop(std::function<void()> f) {
    connection_.loop().post([gate = own_, f = std::move(f)] { gate->pass(f); });
  }

  static void examine(const std::shared_ptr<shared_journal>& of, examined then) {
    of->stream.ensure([of, then = std::move(then)](const auto& found) {
      if (found)
        of->ready = true;
      then(found);
    });
  }

  nats_connection& connection_;
  std::shared_ptr<shared_journal> shared_;
  std::shared_ptr<call_gate> own_ = std::make_shared<call_gate>(); ///< Around what on_loop runs.
  ordered_consumer tail_;
  std::unique_ptr<nats_connection::watch> watch_;
};

} // namespace

nats_journal_source::nats_journal_source(nats_connection& connection, log_sink& log,
                                         std::string cluster, int replicas)
    : connection_{connection}, log_{log}, cluster_{std::move(cluster)}, replicas_{replicas} {}

std::unique_ptr<journal> nats_journal_source::open(const std::string& queue, std::uint16_t shard,
                                                   journal::listener on_message) {
  const auto subject = nats_names::journal_subject(cluster_, queue, shard);
  jetstream::stream_settings settings;
  settings.name = nats_names::stream(cluster_, queue, shard);
  settings.subjects = {subject};
  settings.replicas = replicas_;
  return std::make_unique<nats_journal>(connection_,
                                        nats_stream{connection_, log_, std::move(settings)},
                                        subject, std::move(on_message));
}

} // namespace dure::node
