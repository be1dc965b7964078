#include "node/journal/nats_shard_channel.hpp"
#include "tests/conformance/mailbox.hpp"
#include "tests/conformance/memory_channel.hpp"
#include "tests/conformance/nats_test_server.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace dure::test {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds short_timeout{200};
constexpr milliseconds long_timeout{20'000};

/// Channels of one kind, and what may happen to them.
class channel_world {
public:
  virtual ~channel_world() = default;
  virtual shard_channel_source& here() = 0;
  virtual shard_channel_source& elsewhere() = 0; ///< The same cluster, from another node.
  virtual void go_away() = 0;
  virtual void come_back() = 0;
  virtual void let_requests_time_out() = 0; ///< Those with the short timeout.
};

class channels_in_memory final : public channel_world {
public:
  shard_channel_source& here() override { return channels_; }

  shard_channel_source& elsewhere() override { return channels_; }

  void go_away() override { channels_.away = true; }

  void come_back() override { channels_.away = false; }

  void let_requests_time_out() override { channels_.time_out(); }

private:
  memory_channels channels_;
};

class channels_on_nats final : public channel_world {
public:
  shard_channel_source& here() override { return here_; }

  shard_channel_source& elsewhere() override { return elsewhere_; }

  void go_away() override {
    server_.kill_hard();
    ASSERT_TRUE(eventually([&] { return !first_->connected() && !second_->connected(); }));
  }

  void come_back() override {
    server_.start();
    ASSERT_TRUE(eventually([&] { return first_->connected() && second_->connected(); }));
  }

  void let_requests_time_out() override { std::this_thread::sleep_for(short_timeout); }

private:
  nats_test_server server_;
  std::unique_ptr<node::nats_connection> first_ = server_.connect();
  std::unique_ptr<node::nats_connection> second_ = server_.connect();
  node::nats_shard_channels here_{*first_, "my.cluster"};
  node::nats_shard_channels elsewhere_{*second_, "my.cluster"};
};

template <class World> std::unique_ptr<channel_world> make() {
  return std::make_unique<World>();
}

/// A replica's end of a log's channel.
struct replica_end {
  replica_end(shard_channel_source& from, const std::string& queue, std::uint16_t shard = 0)
      : channel{from.open(queue, shard, ear.listener())} {}

  mailbox<channel_message> ear;
  std::unique_ptr<shard_channel> channel;
};

/// Every promise of ports/shard_channel.hpp.
class shard_channels : public testing::TestWithParam<std::unique_ptr<channel_world> (*)()> {
protected:
  /// Beats "?" until the other hears it: a subscription needs a moment to be known.
  static void wait_until_heard(replica_end& from, replica_end& to) {
    ASSERT_TRUE(eventually([&] {
      from.channel->beat("?");
      return to.ear.take<beat_heard>(50ms).has_value();
    }));
  }

  static std::string next_beat(replica_end& at) {
    for (;;) {
      const auto heard = at.ear.take<beat_heard>();
      if (!heard || heard->bytes != "?")
        return heard ? heard->bytes : "nothing";
    }
  }

  /// Asks, as a node repeats a request that nobody may have heard, until `to` has it.
  static request_heard ask_surely(replica_end& from, replica_end& to, std::uint64_t number) {
    std::optional<request_heard> asked;
    EXPECT_TRUE(eventually([&] {
      from.channel->ask(number, std::to_string(number), long_timeout);
      return (asked = next_request(to, std::to_string(number), 100ms)).has_value();
    }));
    return asked.value_or(request_heard{});
  }

  /// Takes the request with these bytes; others were tried again.
  static std::optional<request_heard> next_request(replica_end& at, const std::string& bytes,
                                                   milliseconds patience = long_timeout) {
    for (;;) {
      auto asked = at.ear.take<request_heard>(patience);
      if (!asked || asked->bytes == bytes)
        return asked;
    }
  }

  static result<std::string> answer_to(replica_end& at, std::uint64_t number) {
    for (;;) {
      auto told = at.ear.take<request_answered>();
      if (!told)
        return error{errc::not_found, "it was not answered"};
      if (told->number == number)
        return std::move(told->reply);
    }
  }

  static std::string text_of(const result<std::string>& reply) {
    return reply ? *reply : std::string{to_string(reply.error().code)};
  }

  std::unique_ptr<channel_world> world = GetParam()();
};

INSTANTIATE_TEST_SUITE_P(memory, shard_channels, testing::Values(&make<channels_in_memory>));
INSTANTIATE_TEST_SUITE_P(nats, shard_channels, testing::Values(&make<channels_on_nats>));

TEST_P(shard_channels, carry_beats_to_all_replicas_of_the_log_and_to_nobody_else) {
  replica_end a{world->here(), "default"};
  replica_end b{world->elsewhere(), "default"};
  replica_end other_shard{world->elsewhere(), "default", 1};
  replica_end other_queue{world->elsewhere(), "default.more"};
  wait_until_heard(a, b);
  wait_until_heard(other_shard, other_shard);
  wait_until_heard(other_queue, other_queue);
  const std::string any_bytes{"\0\xff", 2};
  for (int i = 0; i < 100; ++i)
    a.channel->beat(std::to_string(i) + any_bytes);
  for (auto* end : {&a, &b})
    for (int i = 0; i < 100; ++i)
      ASSERT_EQ(next_beat(*end), std::to_string(i) + any_bytes);
  for (auto* end : {&other_shard, &other_queue})
    while (const auto heard = end->ear.take<beat_heard>(100ms))
      EXPECT_EQ(heard->bytes, "?") << "that is its own";
}

TEST_P(shard_channels, bring_each_reply_to_what_was_asked) {
  replica_end asks{world->here(), "default"};
  replica_end serves{world->elsewhere(), "default"};
  serves.channel->serve(true);
  ask_surely(asks, serves, 1);
  const std::string any_bytes{"\0second", 7};
  asks.channel->ask(2, any_bytes, long_timeout);
  asks.channel->ask(3, "third", long_timeout);
  const auto second = next_request(serves, any_bytes);
  const auto third = next_request(serves, "third");
  ASSERT_TRUE(second && third);
  serves.channel->reply(third->reply_to, "of the third");
  serves.channel->reply(second->reply_to, any_bytes);
  EXPECT_EQ(text_of(answer_to(asks, 3)), "of the third");
  EXPECT_EQ(text_of(answer_to(asks, 2)), any_bytes);
}

TEST_P(shard_channels, say_that_nobody_serves) {
  replica_end asks{world->here(), "default"};
  replica_end stopped{world->elsewhere(), "default"};
  asks.channel->ask(1, "1", long_timeout);
  EXPECT_EQ(answer_to(asks, 1).error().code, errc::not_leader);

  stopped.channel->serve(true);
  ask_surely(asks, stopped, 2);
  stopped.channel->serve(false);
  std::uint64_t number = 2;
  EXPECT_TRUE(eventually([&] {
    asks.channel->ask(++number, "late", short_timeout);
    const auto reply = answer_to(asks, number);
    return !reply && reply.error().code == errc::not_leader;
  }));
}

TEST_P(shard_channels, ask_whoever_serves_now) {
  replica_end asks{world->here(), "default"};
  replica_end before{world->here(), "default"};
  replica_end after{world->elsewhere(), "default"};
  before.channel->serve(true);
  ask_surely(asks, before, 1);
  before.channel->serve(false);
  after.channel->serve(true);
  ask_surely(asks, after, 2);
}

TEST_P(shard_channels, ask_all_who_serve_and_take_the_first_reply) {
  replica_end asks{world->here(), "default"};
  replica_end deposed{world->here(), "default"};
  replica_end leads{world->elsewhere(), "default"};
  deposed.channel->serve(true);
  ask_surely(asks, deposed, 1);
  leads.channel->serve(true);
  ask_surely(asks, leads, 2);
  asks.channel->ask(3, "3", long_timeout);
  const auto heard = next_request(deposed, "3");
  const auto also_heard = next_request(leads, "3");
  ASSERT_TRUE(heard && also_heard);
  leads.channel->reply(also_heard->reply_to, "of the leader");
  EXPECT_EQ(text_of(answer_to(asks, 3)), "of the leader");
  deposed.channel->reply(heard->reply_to, "of the deposed");
  EXPECT_FALSE(asks.ear.take<request_answered>(200ms)) << "it is answered once";
}

TEST_P(shard_channels, do_not_know_what_became_of_a_request_without_a_reply) {
  replica_end asks{world->here(), "default"};
  replica_end serves{world->elsewhere(), "default"};
  serves.channel->serve(true);
  ask_surely(asks, serves, 1);
  asks.channel->ask(2, "2", short_timeout);
  const auto asked = next_request(serves, "2");
  ASSERT_TRUE(asked);
  world->let_requests_time_out();
  EXPECT_EQ(answer_to(asks, 2).error().code, errc::unknown_outcome);
  serves.channel->reply(asked->reply_to, "late");
  EXPECT_FALSE(asks.ear.take<request_answered>(200ms)) << "it is answered once";
}

TEST_P(shard_channels, are_silent_when_they_are_closed) {
  replica_end stays{world->here(), "default"};
  replica_end goes{world->elsewhere(), "default"};
  goes.channel->serve(true);
  ask_surely(stays, goes, 1);
  goes.channel.reset();
  while (goes.ear.take_any(0ms)) {
  }
  for (int i = 0; i < 100; ++i)
    stays.channel->beat("late");
  stays.channel->ask(2, "late", short_timeout);
  EXPECT_FALSE(goes.ear.take_any(300ms));
}

TEST_P(shard_channels, do_not_know_while_away_and_go_on_afterwards) {
  replica_end asks{world->here(), "default"};
  replica_end serves{world->elsewhere(), "default"};
  serves.channel->serve(true);
  wait_until_heard(asks, serves);
  world->go_away();
  asks.channel->beat("lost");
  asks.channel->ask(1, "1", long_timeout);
  EXPECT_EQ(answer_to(asks, 1).error().code, errc::unknown_outcome);
  world->come_back();
  ask_surely(asks, serves, 2);
  wait_until_heard(asks, serves);
  asks.channel->beat("back");
  EXPECT_EQ(next_beat(serves), "back");
}

} // namespace
} // namespace dure::test
