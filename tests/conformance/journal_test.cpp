#include "tests/conformance/journal_world.hpp"

#include <gtest/gtest.h>

namespace dure::test {
namespace {

using namespace std::chrono_literals;

/// Every promise of ports/journal.hpp, on the twin and on JetStream.
class journals : public testing::TestWithParam<std::unique_ptr<journal_world> (*)()> {
protected:
  std::unique_ptr<journal> open(heard& ear, const std::string& queue = "q",
                                std::uint16_t shard = 0) {
    auto opened = world->source().open(queue, shard, ear.listener());
    EXPECT_TRUE(look_surely(*opened, ear));
    return opened;
  }

  /// Appends `count` records, "record 1" first, and expects all to be taken.
  static void fill(journal& log, heard& ear, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      log.append(make_append(i, "record " + std::to_string(i + 1)));
      const auto outcome = ear.take_append_outcome();
      ASSERT_TRUE(outcome) << "no answer";
      if (const auto* unknown = std::get_if<append_unknown>(&*outcome))
        FAIL() << unknown->reason;
      const auto* taken = std::get_if<append_taken>(&*outcome);
      ASSERT_TRUE(taken) << "refused";
      ASSERT_EQ(number(taken->index), i + 1);
    }
  }

  /// Looks until the log begins at `first`; returns what was seen then, or last.
  static stream_seen look_until(journal& log, heard& ear, std::uint64_t first) {
    stream_seen last;
    for (int tries = 0; tries < 100 && number(last.first) != first; ++tries) {
      log.look();
      const auto seen = ear.take<stream_seen>();
      EXPECT_TRUE(seen);
      last = seen.value_or(last);
    }
    EXPECT_EQ(number(last.first), first);
    return last;
  }

  static void expect_tailed(heard& ear, std::uint64_t from, std::uint64_t to) {
    for (auto i = from; i <= to; ++i) {
      const auto record = ear.take<record_tailed>();
      ASSERT_TRUE(record) << "no record " << i;
      ASSERT_EQ(number(record->index), i);
      ASSERT_EQ(record->bytes, "record " + std::to_string(i));
    }
  }

  std::unique_ptr<journal_world> world = GetParam()();
};

INSTANTIATE_TEST_SUITE_P(memory, journals, testing::Values(&make_memory_journals));
INSTANTIATE_TEST_SUITE_P(nats, journals, testing::Values(&make_nats_journals));

TEST_P(journals, sees_an_empty_stream_at_first) {
  heard ear;
  const auto log = world->source().open("q", 0, ear.listener());
  log->look();
  const auto seen = ear.take<stream_seen>();
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->failure);
  EXPECT_EQ(number(seen->first), 1U);
  EXPECT_EQ(number(seen->last), 0U);
  EXPECT_NE(seen->created, timestamp{});
}

TEST_P(journals, numbers_records_from_one_on) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 3);
  log->look();
  const auto seen = ear.take<stream_seen>();
  ASSERT_TRUE(seen);
  EXPECT_EQ(number(seen->first), 1U);
  EXPECT_EQ(number(seen->last), 3U);
}

TEST_P(journals, refuses_an_append_that_does_not_follow_the_last_record) {
  heard ear;
  const auto log = open(ear);
  log->append(make_append(1, "too early"));
  EXPECT_TRUE(ear.take<append_refused>());
  fill(*log, ear, 2);
  log->append(make_append(0, "expects an empty stream"));
  EXPECT_TRUE(ear.take<append_refused>());
  log->append(make_append(1, "too late"));
  EXPECT_TRUE(ear.take<append_refused>());
  log->look();
  EXPECT_EQ(number(ear.take<stream_seen>()->last), 2U);
}

TEST_P(journals, answers_a_known_hash_with_its_old_index_whatever_is_expected) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 2);
  auto repeated = make_append(0, "record 1");
  repeated.expected = journal_index{2};
  log->append(repeated);
  const auto taken = ear.take<append_taken>();
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->duplicate);
  EXPECT_EQ(number(taken->index), 1U); // Not expected + 1: it does not count.
}

TEST_P(journals, reads_single_records) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 2);
  log->read(journal_index{2});
  const auto there = ear.take<record_read>();
  ASSERT_TRUE(there);
  EXPECT_FALSE(there->failed);
  EXPECT_EQ(number(there->index), 2U);
  EXPECT_EQ(there->bytes, "record 2");
  log->read(journal_index{3});
  const auto absent = ear.take<record_read>();
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->failed);
  EXPECT_FALSE(absent->bytes);
}

TEST_P(journals, carries_the_largest_record_byte_for_byte) {
  heard ear;
  const auto log = open(ear);
  std::string bytes(limits::record_bytes_max, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 2654435761U >> 13);
  log->tail(journal_index{1});
  log->append(make_append(0, bytes));
  ASSERT_TRUE(ear.take<append_taken>());
  EXPECT_TRUE(ear.take<record_tailed>()->bytes == bytes);
  log->read(journal_index{1});
  EXPECT_TRUE(ear.take<record_read>()->bytes == bytes);
}

TEST_P(journals, tails_what_is_there_and_what_comes) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 3);
  log->tail(journal_index{2});
  expect_tailed(ear, 2, 3);
  log->append(make_append(3, "record 4"));
  ASSERT_TRUE(ear.take<append_taken>());
  expect_tailed(ear, 4, 4);
}

TEST_P(journals, moves_a_tail_and_stops_it) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 3);
  log->tail(journal_index{3});
  expect_tailed(ear, 3, 3);
  log->tail(journal_index{1});
  expect_tailed(ear, 1, 3);
  log->stop_tail();
  log->append(make_append(3, "record 4"));
  ASSERT_TRUE(ear.take<append_taken>());
  EXPECT_FALSE(ear.take<record_tailed>(300ms));
  log->tail(journal_index{4});
  expect_tailed(ear, 4, 4);
}

TEST_P(journals, fences_two_writers_of_one_stream) {
  heard ear, other_ear;
  const auto log = open(ear);
  const auto other = open(other_ear);
  other->tail(journal_index{1});
  fill(*log, ear, 1);
  expect_tailed(other_ear, 1, 1);
  other->append(make_append(0, "the loser"));
  EXPECT_TRUE(other_ear.take<append_refused>());
  other->append(make_append(1, "record 2"));
  ASSERT_TRUE(other_ear.take<append_taken>());
  expect_tailed(other_ear, 2, 2);
}

TEST_P(journals, keeps_streams_with_similar_names_apart) {
  heard dot, dash, word, shard_one;
  const auto a = open(dot, "a.b");
  const auto b = open(dash, "a-b");
  const auto c = open(word, "adotb");
  const auto d = open(shard_one, "a.b", 1);
  fill(*a, dot, 1);
  fill(*b, dash, 1);
  fill(*c, word, 1);
  fill(*d, shard_one, 1);
}

TEST_P(journals, shows_a_lost_stream_empty_with_a_new_creation) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 3);
  log->look();
  const auto before = ear.take<stream_seen>();
  world->lose_stream("q", 0);
  log->append(make_append(3, "into the void"));
  EXPECT_TRUE(ear.take<append_unknown>());
  const auto after = look_surely(*log, ear);
  ASSERT_TRUE(after);
  EXPECT_EQ(number(after->last), 0U);
  EXPECT_NE(after->created, before->created);
  fill(*log, ear, 2);
}

TEST_P(journals, tails_a_stream_that_was_made_again) {
  heard ear;
  const auto log = open(ear);
  log->tail(journal_index{1});
  fill(*log, ear, 2);
  expect_tailed(ear, 1, 2);
  world->lose_stream("q", 0);
  ASSERT_TRUE(look_surely(*log, ear));
  log->tail(journal_index{1});
  fill(*log, ear, 3);
  expect_tailed(ear, 1, 3);
}

TEST_P(journals, shows_a_truncated_log_by_indices_that_come_again) {
  heard ear;
  const auto log = open(ear);
  log->tail(journal_index{1});
  fill(*log, ear, 3);
  expect_tailed(ear, 1, 3);
  world->lose_last_record("q", 0);
  const auto seen = look_surely(*log, ear);
  ASSERT_TRUE(seen);
  EXPECT_EQ(number(seen->last), 2U);
  log->append(make_append(3, "after a record that is gone"));
  EXPECT_TRUE(ear.take<append_refused>());
  log->append(make_append(2, "another record 3"));
  ASSERT_TRUE(ear.take<append_taken>());
  const auto tailed = ear.take<record_tailed>();
  ASSERT_TRUE(tailed);
  EXPECT_EQ(number(tailed->index), 3U);
  EXPECT_EQ(tailed->bytes, "another record 3");
}

TEST_P(journals, begins_where_it_is_told_to) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 5);
  log->start_at(journal_index{4});
  const auto trimmed = look_until(*log, ear, 4);
  EXPECT_EQ(number(trimmed.last), 5U);
  log->read(journal_index{3});
  const auto gone = ear.take<record_read>();
  ASSERT_TRUE(gone);
  EXPECT_FALSE(gone->failed);
  EXPECT_EQ(gone->bytes, std::nullopt);
  log->tail(journal_index{1});
  expect_tailed(ear, 4, 5);
  log->append(make_append(5, "record 6"));
  EXPECT_EQ(number(ear.take<append_taken>()->index), 6U);
  expect_tailed(ear, 6, 6);
}

TEST_P(journals, goes_on_above_its_end_where_it_is_told_to) {
  heard ear;
  const auto log = open(ear);
  for (const std::uint64_t first : {10U, 20U}) { // Empty, then with a record below.
    log->start_at(journal_index{first});
    EXPECT_EQ(number(look_until(*log, ear, first).last), first - 1);
    log->append(make_append(first - 2, "too early"));
    EXPECT_TRUE(ear.take<append_refused>());
    log->append(make_append(first - 1, "record " + std::to_string(first)));
    const auto taken = ear.take<append_taken>();
    ASSERT_TRUE(taken);
    EXPECT_EQ(number(taken->index), first);
  }
  log->tail(journal_index{1});
  expect_tailed(ear, 20, 20);
}

TEST_P(journals, removes_a_log_and_makes_it_again_empty) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 3);
  log->look();
  const auto before = ear.take<stream_seen>();
  ASSERT_TRUE(before);
  log->remove();
  const auto after = ear.take<stream_seen>();
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->failure);
  EXPECT_EQ(number(after->first), 1U);
  EXPECT_EQ(number(after->last), 0U);
  EXPECT_NE(after->created, before->created);
  fill(*log, ear, 2);
  log->tail(journal_index{1});
  expect_tailed(ear, 1, 2);
}

TEST_P(journals, removes_no_log_while_it_is_away_nor_afterwards) {
  heard ear;
  const auto log = open(ear);
  fill(*log, ear, 2);
  world->go_away();
  log->look();
  EXPECT_TRUE(ear.take<stream_seen>()->failure);
  log->remove();
  EXPECT_TRUE(ear.take<stream_seen>()->failure);
  world->come_back();
  std::optional<stream_seen> seen;
  do {
    log->look();
    seen = ear.take<stream_seen>();
    ASSERT_TRUE(seen);
  } while (seen->failure);
  EXPECT_EQ(number(seen->last), 2U);
}

TEST_P(journals, says_so_while_it_is_away_and_goes_on_afterwards) {
  heard ear;
  const auto log = open(ear);
  log->tail(journal_index{1});
  fill(*log, ear, 2);
  expect_tailed(ear, 1, 2);
  world->go_away();
  log->append(make_append(2, "record 3"));
  EXPECT_TRUE(ear.take<append_unknown>());
  log->read(journal_index{1});
  EXPECT_TRUE(ear.take<record_read>()->failed);
  log->look();
  EXPECT_TRUE(ear.take<stream_seen>()->failure);
  world->come_back();
  std::optional<append_taken> taken;
  while (!taken) {
    log->append(make_append(2, "record 3"));
    taken = ear.take<append_taken>(1s);
  }
  EXPECT_EQ(number(taken->index), 3U);
  expect_tailed(ear, 3, 3);
  EXPECT_FALSE(ear.take<record_tailed>(200ms)); // No duplicate.
}

TEST_P(journals, tells_nothing_after_it_is_gone) {
  heard ear;
  {
    const auto log = open(ear);
    log->tail(journal_index{1});
    log->append(make_append(0, "record 1"));
    log->look();
  }
  while (ear.take_any(0ms)) {
  }
  EXPECT_FALSE(ear.take_any(300ms));
}

} // namespace
} // namespace dure::test
