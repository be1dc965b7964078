#include "node/journal/nats_journal.hpp"
#include "tests/conformance/journal_world.hpp"
#include "tests/conformance/nats_call.hpp"
#include "tests/conformance/nats_test_server.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <map>
#include <thread>

namespace dure::test {
namespace {

using namespace std::chrono_literals;
using node::nats_connection;
using node::nats_journal_source;

/// What can only happen to a journal on a real server.
class nats_journals : public testing::Test {
protected:
  std::unique_ptr<journal> open(heard& ear) {
    auto log = source.open("q", 0, ear.listener());
    EXPECT_TRUE(look_surely(*log, ear));
    return log;
  }

  /// Reads until there is an answer.
  static std::optional<std::string> read(journal& log, heard& ear, std::uint64_t index) {
    for (;;) {
      log.read(journal_index{index});
      const auto answer = ear.take<record_read>();
      if (answer && !answer->failed)
        return answer->bytes;
    }
  }

  /// Appends as a leader does: an append without an answer is resolved by reading.
  static void append_surely(journal& log, heard& ear, std::uint64_t expected,
                            const std::string& bytes) {
    for (;;) {
      log.append(make_append(expected, bytes));
      std::optional<journal_message> outcome;
      do
        outcome = ear.take_any(30s);
      while (outcome && !std::holds_alternative<append_taken>(*outcome) &&
             !std::holds_alternative<append_refused>(*outcome) &&
             !std::holds_alternative<append_unknown>(*outcome));
      ASSERT_TRUE(outcome);
      if (const auto* taken = std::get_if<append_taken>(&*outcome)) {
        ASSERT_EQ(number(taken->index), expected + 1);
        return;
      }
      const auto there = read(log, ear, expected + 1);
      if (there) {
        ASSERT_EQ(*there, bytes);
        return;
      }
    }
  }

  nats_test_server server;
  std::unique_ptr<nats_connection> connection = server.connect();
  nats_journal_source source{*connection, server.log(), "c"};
};

TEST_F(nats_journals, lose_nothing_taken_when_the_server_is_killed_under_appends) {
  heard ear, tail_ear;
  const auto log = open(ear);
  const auto follower = open(tail_ear);
  follower->tail(journal_index{1});

  std::atomic<bool> done = false;
  std::thread killer{[&] {
    for (int kill = 0; kill < 4; ++kill) {
      std::this_thread::sleep_for(400ms);
      server.kill_hard();
      server.start();
    }
    done = true;
  }};
  std::uint64_t last = 0;
  while (!done || last < 300) {
    append_surely(*log, ear, last, "record " + std::to_string(last + 1));
    if (HasFatalFailure())
      break;
    ++last;
  }
  killer.join();

  for (std::uint64_t i = 1; i <= last; ++i) {
    const auto record = tail_ear.take<record_tailed>();
    ASSERT_TRUE(record) << "no record " << i << " of " << last;
    ASSERT_EQ(number(record->index), i);
    ASSERT_EQ(record->bytes, "record " + std::to_string(i));
  }
  EXPECT_FALSE(tail_ear.take<record_tailed>(200ms)) << "a duplicate";
}

TEST_F(nats_journals, tail_on_when_the_server_is_restarted) {
  heard ear;
  const auto log = open(ear);
  log->tail(journal_index{1});
  std::uint64_t last = 0;
  for (int restart = 0; restart < 3; ++restart) {
    for (int i = 0; i < 20; ++i, ++last)
      append_surely(*log, ear, last, "record " + std::to_string(last + 1));
    server.stop();
    server.start();
  }
  append_surely(*log, ear, last, "record " + std::to_string(last + 1));
  ++last;
  // append_surely takes what it meets, so count by a second look from the start.
  log->tail(journal_index{1});
  std::uint64_t next_index = 0;
  while (next_index < last) {
    const auto record = ear.take<record_tailed>();
    ASSERT_TRUE(record);
    if (number(record->index) == 1)
      next_index = 0;
    else if (next_index == 0)
      continue; // The first tail's last words.
    ASSERT_EQ(number(record->index), ++next_index);
  }
}

TEST_F(nats_journals, open_before_the_server_is_there) {
  server.stop();
  printing_log log;
  auto late = nats_connection::open({server.url(), "late"}, log);
  ASSERT_TRUE(late);
  nats_journal_source late_source{**late, log, "c"};
  heard ear;
  const auto opened = late_source.open("q", 0, ear.listener());
  opened->tail(journal_index{1});
  opened->append(make_append(0, "record 1"));
  EXPECT_TRUE(ear.take<append_unknown>());
  opened->look();
  EXPECT_TRUE(ear.take<stream_seen>()->failure);
  server.start();
  append_surely(*opened, ear, 0, "record 1");
  opened->tail(journal_index{1});
  EXPECT_EQ(number(ear.take<record_tailed>()->index), 1U);
}

TEST_F(nats_journals, do_not_repeat_themselves_to_an_owner_who_asks_again_at_once) {
  server.stop();
  heard ear;
  const auto log = source.open("q", 0, ear.listener());
  ASSERT_TRUE(eventually([&] { return !connection->connected(); }));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) {
    log->read(journal_index{1});
    ASSERT_TRUE(ear.take<record_read>()->failed);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - start, 450ms);
}

TEST_F(nats_journals, do_not_use_a_stream_that_forgets) {
  nats_call(*connection, "$JS.API.STREAM.CREATE.DURE_C_Q_0",
            R"({"name":"DURE_C_Q_0","subjects":["dure.c.journal.q.0"],"storage":"file",)"
            R"("retention":"limits","discard":"old","max_age":3600000000000})");
  heard ear;
  const auto log = source.open("q", 0, ear.listener());
  log->look();
  EXPECT_TRUE(ear.take<stream_seen>()->failure);
  log->append(make_append(0, "record 1"));
  const auto refused = ear.take<append_unknown>();
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->reason.find("must be"), std::string::npos) << refused->reason;
}

TEST_F(nats_journals, answer_a_repeat_within_the_window_as_a_duplicate) {
  heard ear;
  const auto log = open(ear);
  log->append(make_append(0, "record 1"));
  ASSERT_TRUE(ear.take<append_taken>());
  log->append(make_append(0, "record 1"));
  const auto again = ear.take<append_taken>();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(number(again->index), 1U);
}

TEST_F(nats_journals, wait_for_a_listener_that_takes_its_time) {
  heard ear;
  const auto writer = open(ear);
  for (std::uint64_t i = 0; i < 60; ++i)
    append_surely(*writer, ear, i, std::string(limits::record_bytes_max, 'x'));
  std::atomic<std::uint64_t> last = 0;
  const auto slow = source.open("q", 0, [&](journal_message message) {
    if (const auto* record = std::get_if<record_tailed>(&message)) {
      EXPECT_EQ(number(record->index), last + 1);
      last = number(record->index);
      std::this_thread::sleep_for(20ms);
    }
  });
  slow->tail(journal_index{1});
  EXPECT_TRUE(eventually([&] { return last == 60; }, 60));
}

} // namespace
} // namespace dure::test
