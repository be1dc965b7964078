#include "actors/core/replica_rows.hpp"
#include "node/wiring/log_barrier.hpp"
#include "tests/conformance/memory_journal.hpp"
#include "tests/conformance/memory_store.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace dure::node {
namespace {

constexpr log_number log{7};
constexpr milliseconds long_patience = std::chrono::minutes{10};
constexpr milliseconds short_patience{200};

class log_barrier_stands : public testing::Test {
protected:
  test::memory_journal_source journals;
  test::memory_store view;
  const std::function<bool()> goes_on = [] { return true; };

  void append_records(std::uint64_t count) {
    auto to = journals.open("texts", 0, [](const journal_message&) {});
    to->look();
    for (std::uint64_t i = 0; i < count; ++i)
      to->append({journal_index{i}, record_hash{{static_cast<std::uint8_t>(i)}}, "record"});
  }

  void apply_up_to(std::uint64_t index) {
    overlay rows{view};
    log_position position;
    position.index = journal_index{index};
    write_position(rows, log, position, "record");
    EXPECT_TRUE(view.write(rows.take()));
  }
};

TEST_F(log_barrier_stands, open_when_the_view_shows_all) {
  append_records(3);
  apply_up_to(3);
  EXPECT_TRUE(log_barrier(journals, "texts", 0).pass(view, log, long_patience, goes_on));
}

TEST_F(log_barrier_stands, open_when_there_is_nothing_yet) {
  EXPECT_TRUE(log_barrier(journals, "texts", 0).pass(view, log, long_patience, goes_on));
}

TEST_F(log_barrier_stands, shut_until_the_view_has_caught_up) {
  append_records(3);
  apply_up_to(2);
  log_barrier barrier{journals, "texts", 0};
  std::thread applier{[this] { apply_up_to(3); }};
  EXPECT_TRUE(barrier.pass(view, log, long_patience, goes_on));
  applier.join();
}

TEST_F(log_barrier_stands, shut_while_the_view_is_behind) {
  append_records(3);
  apply_up_to(2);
  auto passed = log_barrier(journals, "texts", 0).pass(view, log, short_patience, goes_on);
  ASSERT_FALSE(passed);
  EXPECT_EQ(passed.error().code, errc::unavailable);
}

TEST_F(log_barrier_stands, shut_when_nobody_waits_any_more) {
  append_records(3);
  EXPECT_FALSE(
      log_barrier(journals, "texts", 0).pass(view, log, long_patience, [] { return false; }));
}

TEST_F(log_barrier_stands, shut_while_the_journal_is_away) {
  append_records(3);
  apply_up_to(3);
  journals.set_away(true);
  EXPECT_FALSE(log_barrier(journals, "texts", 0).pass(view, log, short_patience, goes_on));
}

} // namespace
} // namespace dure::node
