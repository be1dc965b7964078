#include "tests/unit/core/replica_answers.hpp"

#include <gtest/gtest.h>

namespace dure {
namespace {

using namespace std::chrono_literals;

// ---- following

TEST(replica, applies_what_another_leads_and_waits_for_its_silence) {
  replica_story s{{"a", "b"}};
  s.start();
  auto spec = s.spec();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.other_leader_appends(epoch_number{1}, "b", {events::job_submitted{spec, job_state::pending}});
  s.run();
  EXPECT_EQ(s.state_of(spec.id), job_state::pending);
  for (int i = 0; i < 10; ++i) {
    s.wait(500ms);
    s.beat("b", true, journal_index{2}, trailing_hash(s.journal.back()), epoch_number{1});
    s.run();
  }
  EXPECT_EQ(s.journal.size(), 2U);
  s.wait(3'100ms);
  s.run();
  EXPECT_TRUE(s.leads());
  EXPECT_EQ(s.stands.epoch, epoch_number{2});
}

TEST(replica, restarts_its_count_when_the_process_was_stopped) {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.wait(1'900ms);
  s.tick(60s);
  s.wait(1'900ms);
  s.run();
  EXPECT_FALSE(s.leads());
}

TEST(replica, does_not_lead_before_it_has_caught_up) {
  replica_story s{{"a", "b"}};
  s.start();
  s.look_answered();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.wait(3'100ms);
  s.look_answered();
  EXPECT_FALSE(s.take<replica_effect::append>());
  s.run();
  EXPECT_EQ(s.stands.index, journal_index{1});
}

TEST(replica, follows_whoever_was_faster_with_the_claim) {
  replica_story s{{"a", "b"}};
  s.start();
  s.run();
  s.wait(3'100ms);
  s.look_answered();
  ASSERT_EQ(count<events::leader_claimed>(s.appending()), 1U);
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.append_refused_answered();
  s.read_answered();
  s.run();
  EXPECT_FALSE(s.leads());
  EXPECT_FALSE(s.halted());
  EXPECT_EQ(s.stands.index, journal_index{1});
}

TEST(replica, hurries_when_the_leader_says_that_it_leads_no_more) {
  replica_story s{{"a", "b"}};
  s.start();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.run();
  s.beat("b", false, journal_index{1}, trailing_hash(s.journal.back()), epoch_number{1});
  s.wait(1'100ms);
  s.run();
  EXPECT_TRUE(s.leads());
}

TEST(replica, never_leads_as_a_gateway) {
  replica_story s{{"b"}};
  s.start();
  s.run();
  s.wait(10s);
  s.run();
  EXPECT_FALSE(s.leads());
}

// ---- restart and drain

TEST(replica, frees_the_leases_of_its_own_earlier_life_in_its_first_record) {
  auto s = lone_leader();
  auto spec = s.spec();
  s.wish(submit{spec});
  s.append_taken_answered();
  s.claim_for(1s, "a");
  s.append_taken_answered();
  ASSERT_EQ(s.state_of(spec.id), job_state::running);
  s.restart();
  s.look_answered();
  s.read_answered();
  EXPECT_EQ(count<events::leader_claimed>(s.appending()), 1U);
  EXPECT_EQ(count<events::attempt_ended>(s.appending()), 1U);
  s.append_taken_answered();
  EXPECT_EQ(s.state_of(spec.id), job_state::pending);
}

TEST(replica, frees_the_leases_of_a_node_that_began_a_new_life) {
  replica_story s{{"a", "w"}};
  s.start();
  s.run();
  s.wait(3'100ms);
  s.run();
  auto spec = s.spec();
  s.wish(submit{spec});
  s.append_taken_answered();
  s.claim_for(1s, "w");
  s.append_taken_answered();
  ASSERT_EQ(s.state_of(spec.id), job_state::running);
  s.beat("w", false, s.stands.index, s.stands.hash, s.stands.epoch);
  s.append_taken_answered();
  EXPECT_EQ(s.state_of(spec.id), job_state::pending);
}

TEST(replica, finds_the_last_record_of_its_earlier_life_in_the_log) {
  auto s = lone_leader();
  auto spec = s.spec();
  s.wish(submit{spec});
  s.append_lost_ack();
  s.restart();
  s.run();
  EXPECT_TRUE(s.leads());
  EXPECT_EQ(s.stands.epoch, epoch_number{2});
  EXPECT_EQ(s.state_of(spec.id), job_state::pending);
}

TEST(replica, finishes_what_is_in_flight_before_it_leads_no_more) {
  auto s = lone_leader();
  auto worker = s.claim_for(60s);
  auto spec = s.spec();
  spec.kind = "other";
  auto caller = s.wish(submit{spec});
  s.hear(replica_input::drain{});
  EXPECT_EQ(grants_in(s.answer_to(worker)), 0U);
  EXPECT_EQ(code_of(s.answer_to(s.claim_for(60s))), errc::not_leader) << "it is asked elsewhere";
  EXPECT_EQ(code_of(s.answer_to(s.wish(submit{s.spec()}))), errc::shutting_down);
  EXPECT_TRUE(s.leads());
  s.append_taken_answered();
  EXPECT_TRUE(is_ok(s.answer_to(caller)));
  EXPECT_FALSE(s.leads());
  s.wait(10s);
  s.run();
  EXPECT_FALSE(s.leads());
}

// ---- the journal is away

TEST(replica, keeps_asking_while_the_journal_cannot_be_reached) {
  replica_story s;
  s.start();
  s.hear(stream_seen{error{errc::unavailable, "it does not answer"}, {}, {}, {}});
  EXPECT_EQ(s.stands.why_not, "The journal cannot be used: it does not answer.");
  s.tick();
  s.run();
  EXPECT_TRUE(s.leads());
}

TEST(replica, finds_out_that_the_journal_is_back_while_another_leads) {
  replica_story s{{"a", "b"}};
  s.start();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.run();
  s.wait(3'100ms);
  s.hear(stream_seen{error{errc::unavailable, "it does not answer"}, {}, {}, {}});
  EXPECT_EQ(s.stands.why_not, "The journal cannot be used: it does not answer.");
  for (int i = 0; i < 3; ++i) {
    s.beat("b", true, journal_index{1}, trailing_hash(s.journal.back()), epoch_number{1});
    s.wait(500ms);
    s.run();
  }
  EXPECT_EQ(s.stands.why_not, "");
  EXPECT_FALSE(s.leads());
}

} // namespace
} // namespace dure
