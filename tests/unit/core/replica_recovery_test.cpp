#include "actors/core/keys.hpp"
#include "tests/unit/core/replica_answers.hpp"

#include <gtest/gtest.h>
#include <utility>

namespace dure {
namespace {

using namespace std::chrono_literals;

replica_story leader_with_three_jobs() {
  auto s = lone_leader();
  for (int i = 0; i < 3; ++i) {
    s.wish(submit{s.spec()});
    s.append_taken_answered();
  }
  s.effects.clear();
  return s;
}

TEST(replica, appends_its_tail_again_to_a_stream_that_was_lost) {
  auto s = leader_with_three_jobs();
  auto whole = std::exchange(s.journal, {});
  s.created += 1h;
  s.restart();
  s.run();
  EXPECT_TRUE(s.leads());
  ASSERT_EQ(s.journal.size(), 5U);
  s.journal.pop_back();
  EXPECT_EQ(s.journal, whole);
}

TEST(replica, appends_what_was_cut_off) {
  auto s = leader_with_three_jobs();
  auto whole = s.journal;
  s.journal.resize(2);
  s.restart();
  s.run();
  EXPECT_TRUE(s.leads());
  ASSERT_EQ(s.journal.size(), 5U);
  s.journal.pop_back();
  EXPECT_EQ(s.journal, whole);
}

TEST(replica, mends_the_log_below_the_record_that_is_in_flight) {
  auto s = leader_with_three_jobs();
  auto caller = s.wish(submit{s.spec()});
  s.journal.clear();
  s.created += 1h;
  s.append_refused_answered();
  s.run();
  EXPECT_TRUE(is_ok(s.answer_to(caller)));
  EXPECT_TRUE(s.leads());
  EXPECT_EQ(s.stands.epoch, epoch_number{1});
  EXPECT_EQ(s.journal.size(), 5U);
}

/// A follower of "b" that has applied so many records.
replica_story follower_of(const std::vector<std::string>& schedulers, int records) {
  replica_story s{schedulers};
  s.start();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  for (int i = 1; i < records; ++i)
    s.other_leader_appends(epoch_number{1}, "b", {events::barrier{}});
  s.run();
  return s;
}

/// A follower of "b" that has applied two records; then the stream is lost.
replica_story follower_of_a_lost_log() {
  auto s = follower_of({"a", "b", "c"}, 2);
  s.journal.clear();
  s.created += 1h;
  s.wait(3'100ms);
  s.run();
  return s;
}

/// One of two, and whoever waits for the record in flight when the stream is lost.
struct interrupted_leader {
  replica_story story;
  ticket caller{};
};

interrupted_leader leader_of_a_lost_log() {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.wait(3'100ms);
  s.run();
  EXPECT_TRUE(s.leads());
  const auto caller = s.wish(submit{s.spec()});
  s.journal.clear();
  s.created += 1h;
  s.append_refused_answered();
  s.run();
  return {std::move(s), caller};
}

TEST(replica, waits_for_the_leader_of_the_newest_epoch_before_it_mends_the_log) {
  auto s = follower_of_a_lost_log();
  s.wait(20s);
  s.run();
  EXPECT_TRUE(s.journal.empty());
  EXPECT_NE(s.stands.why_not.find("waiting for the other schedulers"), std::string::npos);
  auto last = s.stands.hash;
  s.beat("b", false, s.stands.index, last, epoch_number{1});
  s.wait(1'100ms);
  s.run();
  ASSERT_GE(s.journal.size(), 2U);
  EXPECT_EQ(trailing_hash(s.journal[1]), last);
}

/// Who does not hear itself cannot tell that others are silent.
void wait_hearing_itself(replica_story& s, milliseconds time) {
  for (milliseconds waited{0}; waited < time; waited += 500ms) {
    s.wait(500ms);
    s.hear(replica_input::peer{"a", s.boot, {}, {}, {}, false, {}, false, {}});
  }
}

TEST(replica, mends_the_log_at_once_when_the_loss_of_the_rest_is_accepted) {
  auto s = follower_of_a_lost_log();
  EXPECT_NE(s.stands.why_not.find("--accept-loss"), std::string::npos) << s.stands.why_not;
  s.hear(replica_input::accept_loss{});
  s.wait(1'100ms);
  s.run();
  EXPECT_GE(s.journal.size(), 2U);
  EXPECT_TRUE(s.leads());
  EXPECT_GT(number(s.stands.epoch), 1'000U) << "a lease of the lost records might fit";
}

TEST(replica, begins_to_lead_anew_when_loss_is_accepted_with_a_record_in_flight) {
  auto [s, caller] = leader_of_a_lost_log();
  s.hear(replica_input::accept_loss{});
  for (int i = 0; i < 10; ++i) {
    s.wait(500ms);
    s.run();
  }
  auto told = s.answer_to(caller);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->error().code, errc::unknown_outcome);
  EXPECT_TRUE(s.leads());
  EXPECT_GT(number(s.stands.epoch), 1'000U) << "others may have led before the loss";
}

TEST(replica, leaves_a_log_to_a_living_node_that_has_more_of_it_though_loss_is_accepted) {
  auto s = follower_of_a_lost_log();
  s.hear(replica_input::accept_loss{});
  s.wait(1'100ms);
  for (int i = 0; i < 10; ++i) {
    s.beat("c", false, journal_index{9}, {}, epoch_number{1});
    s.run();
    s.wait(500ms);
  }
  EXPECT_FALSE(s.leads());
  wait_hearing_itself(s, 6s);
  s.run();
  EXPECT_TRUE(s.leads()) << "it is gone";
}

TEST(replica, goes_on_without_records_that_only_a_dead_node_told_of) {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.beat("b", false, journal_index{5}, {}, epoch_number{0});
  s.hear(replica_input::accept_loss{});
  wait_hearing_itself(s, 8s);
  s.run();
  EXPECT_FALSE(s.leads()) << "the word came while somebody might lead";
  EXPECT_NE(s.stands.why_not.find("--accept-loss"), std::string::npos) << s.stands.why_not;
  s.hear(replica_input::accept_loss{});
  s.wait(1'100ms);
  s.run();
  EXPECT_TRUE(s.leads());
}

TEST(replica, gives_a_later_leader_three_seconds_to_be_heard_before_it_mends_alone) {
  auto [s, caller] = leader_of_a_lost_log();
  s.wait(2'900ms);
  s.run();
  EXPECT_TRUE(s.journal.empty());
  s.wait(1'000ms);
  s.run();
  EXPECT_TRUE(is_ok(s.answer_to(caller)));
  EXPECT_EQ(s.journal.size(), 2U);
}

TEST(replica, mends_the_log_at_once_when_every_scheduler_has_told) {
  auto s = follower_of_a_lost_log();
  s.beat("c", false, journal_index{0}, {}, epoch_number{0});
  s.beat("b", false, journal_index{0}, {}, epoch_number{0});
  s.wait(1'100ms);
  s.run();
  EXPECT_GE(s.journal.size(), 2U);
}

TEST(replica, does_not_lead_a_log_that_ends_below_what_another_has) {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.beat("b", false, journal_index{5}, {}, epoch_number{1});
  s.wait(5s);
  s.run();
  EXPECT_FALSE(s.leads());
  EXPECT_NE(s.stands.why_not.find("b has records"), std::string::npos);
}

TEST(replica, takes_a_log_for_whole_that_only_seemed_to_end_too_early) {
  auto s = follower_of({"a", "b", "c"}, 2);
  const auto last = s.journal.back();
  s.journal.pop_back();
  s.wait(3'100ms);
  s.run();
  EXPECT_NE(s.stands.why_not.find("lost records"), std::string::npos) << s.stands.why_not;
  s.journal.push_back(last);
  s.wait(1'100ms);
  s.run();
  EXPECT_TRUE(s.leads()) << s.stands.why_not;
}

TEST(replica, halts_when_two_tails_of_a_lost_log_differ) {
  auto s = follower_of_a_lost_log();
  record_hash other;
  other.bytes.fill(1);
  s.beat("b", false, journal_index{2}, other, epoch_number{1});
  EXPECT_TRUE(s.halted());
}

TEST(replica, halts_where_another_leads_below_what_its_tail_begins_with) {
  auto s = follower_of_a_lost_log();
  state_delta trimmed;
  trimmed.of(family::tail)[keys::tail(story_log, journal_index{1})] = std::nullopt;
  s.rows->write(trimmed);
  s.beat("b", false, journal_index{1}, {}, epoch_number{1});
  EXPECT_FALSE(s.halted()) << "it may put back what it has";
  s.beat("b", true, journal_index{1}, {}, epoch_number{2});
  EXPECT_TRUE(s.halted());
  EXPECT_FALSE(s.take<replica_effect::start_log_at>());
}

TEST(replica, forgets_an_accepted_loss_once_somebody_leads) {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.beat("b", false, journal_index{5}, {}, epoch_number{0});
  wait_hearing_itself(s, 4s);
  s.hear(replica_input::accept_loss{});
  s.beat("b", true, journal_index{5}, {}, epoch_number{1});
  s.wait(500ms);
  wait_hearing_itself(s, 8s);
  s.run();
  EXPECT_FALSE(s.leads());
  EXPECT_NE(s.stands.why_not.find("--accept-loss"), std::string::npos) << s.stands.why_not;
}

/// Follows a log of four records; the journal then loses the one that it had last.
replica_story follower_whose_last_record_was_damaged(bool goes_on) {
  auto s = follower_of({"a", "b"}, 4);
  if (goes_on)
    s.other_leader_appends(epoch_number{1}, "b", {events::barrier{}});
  s.journal[3].clear();
  s.restart();
  for (int i = 0; i < 10; ++i) {
    s.run();
    s.wait(500ms);
  }
  return s;
}

TEST(replica, goes_on_behind_a_record_that_the_log_has_lost) {
  const auto s = follower_whose_last_record_was_damaged(true);
  EXPECT_FALSE(s.halted()) << s.halt_reason;
  EXPECT_GE(number(s.stands.index), 5U);
}

TEST(replica, appends_nothing_to_a_last_record_that_it_cannot_compare) {
  const auto s = follower_whose_last_record_was_damaged(false);
  EXPECT_FALSE(s.leads());
  EXPECT_EQ(s.journal.size(), 4U);
}

} // namespace
} // namespace dure
