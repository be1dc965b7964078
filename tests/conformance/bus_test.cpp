#include "node/journal/nats_bus.hpp"
#include "node/journal/nats_progress.hpp"
#include "tests/conformance/memory_bus.hpp"
#include "tests/conformance/nats_test_server.hpp"

#include <gtest/gtest.h>
#include <mutex>
#include <vector>

namespace dure::test {
namespace {

/// A bus of one kind, and what may happen to it.
class bus_world {
public:
  virtual ~bus_world() = default;
  virtual bus& here() = 0;
  virtual bus& elsewhere() = 0; ///< The same bus, from another node.
  virtual void go_away() = 0;
  virtual void come_back() = 0;
};

class bus_in_memory final : public bus_world {
public:
  bus& here() override { return bus_; }

  bus& elsewhere() override { return bus_; }

  void go_away() override { bus_.set_away(true); }

  void come_back() override { bus_.set_away(false); }

private:
  memory_bus bus_;
};

class bus_on_nats final : public bus_world {
public:
  bus& here() override { return here_; }

  bus& elsewhere() override { return elsewhere_; }

  void go_away() override { server_.kill_hard(); }

  void come_back() override { server_.start(); }

private:
  nats_test_server server_;
  std::unique_ptr<node::nats_connection> first_ = server_.connect();
  std::unique_ptr<node::nats_connection> second_ = server_.connect();
  node::nats_bus here_{*first_};
  node::nats_bus elsewhere_{*second_};
};

template <class World> std::unique_ptr<bus_world> make() {
  return std::make_unique<World>();
}

/// What came in, as "subject payload". Thread-safe.
class inbox {
public:
  bus::listener listener() {
    return [this](std::string_view subject, std::string_view payload) {
      std::lock_guard lock{mutex_};
      messages_.push_back(std::string{subject} + " " + std::string{payload});
    };
  }

  std::vector<std::string> messages() const {
    std::lock_guard lock{mutex_};
    return messages_;
  }

  bool comes_to(const std::vector<std::string>& expected) const {
    return eventually([&] { return messages() == expected; });
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> messages_;
};

/// Every promise of ports/bus.hpp and, over it, of ports/progress.hpp.
class buses : public testing::TestWithParam<std::unique_ptr<bus_world> (*)()> {
protected:
  /// Publishes until the first message is heard: a subscription needs a moment to be known.
  void wait_until_heard(const inbox& in, const std::string& subject) {
    ASSERT_TRUE(eventually([&] {
      world->elsewhere().publish(subject, "?");
      return !in.messages().empty();
    }));
  }

  std::unique_ptr<bus_world> world = GetParam()();
};

INSTANTIATE_TEST_SUITE_P(memory, buses, testing::Values(&make<bus_in_memory>));
INSTANTIATE_TEST_SUITE_P(nats, buses, testing::Values(&make<bus_on_nats>));

TEST_P(buses, carries_messages_of_a_subject_in_order) {
  inbox in, ready;
  const auto subscription = world->here().subscribe("dure.c.beat", in.listener());
  const auto other = world->here().subscribe("ready", ready.listener());
  wait_until_heard(ready, "ready");
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    world->elsewhere().publish("dure.c.beat", std::to_string(i));
    world->elsewhere().publish("dure.c.other", "not heard");
    expected.push_back("dure.c.beat " + std::to_string(i));
  }
  EXPECT_TRUE(in.comes_to(expected));
}

TEST_P(buses, understands_wildcards) {
  inbox one, rest, ready;
  const auto first = world->here().subscribe("a.*.c", one.listener());
  const auto second = world->here().subscribe("a.>", rest.listener());
  const auto other = world->here().subscribe("ready", ready.listener());
  wait_until_heard(ready, "ready");
  for (const char* subject : {"a.b.c", "a.b", "b.b.c", "a.b.c.d", "a"})
    world->elsewhere().publish(subject, "x");
  EXPECT_TRUE(rest.comes_to({"a.b.c x", "a.b x", "a.b.c.d x"}));
  EXPECT_TRUE(one.comes_to({"a.b.c x"}));
}

TEST_P(buses, hears_its_own_messages) {
  inbox in;
  const auto subscription = world->here().subscribe("self", in.listener());
  world->here().publish("self", "hello");
  EXPECT_TRUE(in.comes_to({"self hello"}));
}

TEST_P(buses, is_silent_once_a_subscription_is_gone) {
  inbox in;
  auto subscription = world->here().subscribe("s", in.listener());
  wait_until_heard(in, "s");
  subscription.reset();
  const auto before = in.messages().size();
  for (int i = 0; i < 100; ++i)
    world->elsewhere().publish("s", "late");
  EXPECT_FALSE(eventually([&] { return in.messages().size() > before; }, 1));
}

TEST_P(buses, drops_while_away_and_goes_on_afterwards) {
  inbox in;
  const auto subscription = world->here().subscribe("s", in.listener());
  wait_until_heard(in, "s");
  world->go_away();
  EXPECT_TRUE(eventually([&] { return !world->elsewhere().connected(); }));
  world->elsewhere().publish("s", "lost");
  world->come_back();
  EXPECT_TRUE(
      eventually([&] { return world->here().connected() && world->elsewhere().connected(); }));
  EXPECT_TRUE(eventually([&] {
    world->elsewhere().publish("s", "back");
    return in.messages().back() == "s back";
  }));
  const auto all = in.messages();
  EXPECT_EQ(std::count(all.begin(), all.end(), "s lost"), 0);
}

job_progress make_progress(std::uint64_t n) {
  return {.job = job_id{make_random_uuid(1, n)},
          .attempt = 2,
          .n = n,
          .done = 4,
          .total = 10,
          .step = "text",
          .message = "4/10 페이지 처리 중... \"quoted\"",
          .at = timestamp{milliseconds{1'700'000'000'123}}};
}

TEST_P(buses, carry_progress_whole) {
  node::nats_progress channel{world->here(), "my.cluster"};
  std::mutex mutex;
  std::vector<job_progress> heard;
  const auto subscription = channel.subscribe([&](job_progress p) {
    std::lock_guard lock{mutex};
    heard.push_back(std::move(p));
  });
  node::nats_progress{world->here(), "other"}.publish("q", 0, make_progress(9));
  channel.publish("documents", 3, make_progress(1));
  channel.publish("dotted.queue.", 0, make_progress(2));
  EXPECT_TRUE(eventually([&] {
    std::lock_guard lock{mutex};
    return heard.size() == 2;
  }));
  EXPECT_EQ(heard, (std::vector{make_progress(1), make_progress(2)}));
}

TEST_P(buses, drop_progress_that_makes_no_sense) {
  node::nats_progress channel{world->here(), "c"};
  std::mutex mutex;
  std::vector<job_progress> heard;
  const auto subscription = channel.subscribe([&](job_progress p) {
    std::lock_guard lock{mutex};
    heard.push_back(std::move(p));
  });
  for (const char* nonsense : {"", "{", "[]", R"({"job":7})", "{\"job\":\"no uuid\"}"})
    world->here().publish("dure.c.progress.q.0.x", nonsense);
  channel.publish("q", 0, make_progress(1));
  EXPECT_TRUE(eventually([&] {
    std::lock_guard lock{mutex};
    return !heard.empty();
  }));
  EXPECT_EQ(heard, std::vector{make_progress(1)});
}

} // namespace
} // namespace dure::test
