#include "actors/core/limits.hpp"
#include "tests/unit/core/replica_answers.hpp"

#include <gtest/gtest.h>

namespace dure {
namespace {

using namespace std::chrono_literals;

// ---- leading

TEST(replica, leads_at_once_when_it_is_the_only_scheduler) {
  replica_story s;
  s.start();
  s.look_answered();
  auto claim = s.appending();
  EXPECT_EQ(claim.epoch, epoch_number{1});
  EXPECT_EQ(count<events::leader_claimed>(claim), 1U);
  EXPECT_FALSE(s.leads());
  s.append_taken_answered();
  EXPECT_TRUE(s.leads());
  EXPECT_TRUE(s.take<replica_effect::stop_tail>());
}

TEST(replica, answers_only_after_the_record_was_taken_and_written) {
  auto s = lone_leader();
  auto spec = s.spec();
  auto caller = s.wish(submit{spec});
  EXPECT_FALSE(s.answer_to(caller));
  EXPECT_FALSE(s.take<replica_effect::write>());
  s.append_taken_answered();
  EXPECT_TRUE(s.take<replica_effect::write>());
  EXPECT_TRUE(is_ok(s.answer_to(caller)));
  EXPECT_EQ(s.state_of(spec.id), job_state::pending);
}

TEST(replica, makes_one_record_of_all_wishes_that_come_while_an_append_is_in_flight) {
  auto s = lone_leader();
  auto first = s.wish(submit{s.spec()});
  auto second = s.wish(submit{s.spec()});
  auto third = s.wish(submit{s.spec()});
  EXPECT_EQ(count<events::job_submitted>(s.appending()), 1U);
  s.append_taken_answered();
  EXPECT_TRUE(is_ok(s.answer_to(first)));
  EXPECT_FALSE(s.answer_to(second));
  EXPECT_EQ(count<events::job_submitted>(s.appending()), 2U);
  s.append_taken_answered();
  EXPECT_TRUE(is_ok(s.answer_to(second)));
  EXPECT_TRUE(is_ok(s.answer_to(third)));
}

TEST(replica, decides_on_top_of_what_is_in_flight) {
  auto s = lone_leader();
  auto spec = s.spec();
  s.wish(submit{spec});
  auto repeat = s.wish(submit{spec});
  auto cancelled = s.wish(cancel{spec.id});
  s.append_taken_answered();
  EXPECT_FALSE(s.answer_to(repeat));
  auto next = s.appending();
  EXPECT_EQ(count<events::job_submitted>(next), 0U);
  EXPECT_EQ(count<events::job_cancelled>(next), 1U);
  s.append_taken_answered();
  EXPECT_TRUE(is_ok(s.answer_to(repeat)));
  EXPECT_TRUE(is_ok(s.answer_to(cancelled)));
}

TEST(replica, proves_that_it_leads_before_it_refuses) {
  auto s = lone_leader();
  auto caller = s.wish(cancel{s.new_job_id()});
  EXPECT_FALSE(s.answer_to(caller));
  EXPECT_EQ(count<events::barrier>(s.appending()), 1U);
  s.append_taken_answered();
  EXPECT_EQ(code_of(s.answer_to(caller)), errc::not_found);
}

TEST(replica, answers_all_waiting_barriers_by_one_record) {
  auto s = lone_leader();
  s.wish(submit{s.spec()});
  auto first = s.ask_barrier();
  auto second = s.ask_barrier();
  s.append_taken_answered();
  EXPECT_FALSE(s.answer_to(first));
  s.append_taken_answered();
  EXPECT_TRUE(is_ok(s.answer_to(first)));
  EXPECT_TRUE(is_ok(s.answer_to(second)));
}

TEST(replica, splits_what_does_not_fit_into_one_record) {
  auto s = lone_leader();
  std::vector<ticket> callers;
  auto jobs = limits::record_bytes_max / limits::inline_json_bytes_max * 2;
  for (std::size_t i = 0; i < jobs; ++i) {
    auto spec = s.spec();
    spec.params = R"({"text":")" + std::string(limits::inline_json_bytes_max - 20, 'x') + "\"}";
    callers.push_back(s.wish(submit{spec}));
  }
  while (!is_ok(s.answer_to(callers.back()))) {
    EXPECT_LE(encode(s.appending()).bytes.size(), limits::record_bytes_max);
    s.append_taken_answered();
    ASSERT_LT(s.journal.size(), 6U);
  }
  EXPECT_GE(s.journal.size(), 4U);
}

TEST(replica, is_busy_when_too_many_wishes_wait_for_room) {
  auto s = lone_leader();
  auto large = [&s] {
    auto spec = s.spec();
    spec.params = R"({"text":")" + std::string(limits::inline_json_bytes_max - 20, 'x') + "\"}";
    return spec;
  };
  auto enough = (limits::wishes_waiting_bytes_max + 2 * limits::record_bytes_max) /
                limits::inline_json_bytes_max;
  for (std::size_t i = 0; i < enough; ++i)
    s.wish(submit{large()});
  EXPECT_EQ(code_of(s.answer_to(s.wish(submit{large()}))), errc::busy);
}

TEST(replica, never_lets_a_record_be_earlier_than_the_one_before) {
  auto s = lone_leader();
  s.wish(submit{s.spec()});
  s.append_taken_answered();
  auto before = decode_record(s.journal.back())->time;
  s.hear(replica_input::wishes{monotonic{1h}, before - 1h, {{ticket{900}, {}}}});
  EXPECT_EQ(s.appending().time, before);
}

TEST(replica, makes_scheduled_jobs_ready_when_their_time_has_come) {
  auto s = lone_leader();
  auto spec = s.spec();
  spec.run_at = made_at(spec.id) + 1s;
  s.wish(submit{spec});
  s.append_taken_answered();
  EXPECT_EQ(s.state_of(spec.id), job_state::scheduled);
  s.wait(1'100ms);
  s.append_taken_answered();
  EXPECT_EQ(s.state_of(spec.id), job_state::pending);
}

// ---- waiting claims

TEST(replica, feeds_a_waiting_claim_in_the_record_of_the_submit) {
  auto s = lone_leader();
  auto worker = s.claim_for(10s);
  EXPECT_FALSE(s.answer_to(worker));
  auto spec = s.spec();
  s.wish(submit{spec});
  EXPECT_EQ(count<events::job_submitted>(s.appending()), 1U);
  EXPECT_EQ(count<events::job_leased>(s.appending()), 1U);
  s.append_taken_answered();
  EXPECT_EQ(grants_in(s.answer_to(worker)), 1U);
  EXPECT_EQ(s.state_of(spec.id), job_state::running);
}

TEST(replica, answers_a_waiting_claim_with_nothing_when_its_time_is_over) {
  auto s = lone_leader();
  auto worker = s.claim_for(300ms);
  s.wait(200ms);
  EXPECT_FALSE(s.answer_to(worker));
  s.wait(100ms);
  EXPECT_EQ(grants_in(s.answer_to(worker)), 0U);
}

TEST(replica, answers_the_older_claim_of_a_node_when_a_newer_comes) {
  auto s = lone_leader();
  auto older = s.claim_for(10s);
  auto other = s.claim_for(10s, "x");
  auto newer = s.claim_for(10s);
  EXPECT_EQ(grants_in(s.answer_to(older)), 0U);
  EXPECT_FALSE(s.answer_to(other));
  EXPECT_FALSE(s.answer_to(newer));
}

TEST(replica, grants_nothing_more_to_a_life_that_loses_its_leases) {
  auto s = lone_leader();
  auto held = s.claim_for(milliseconds{60'000});
  auto spec = s.spec();
  s.wish(submit{spec});
  s.run();
  ASSERT_EQ(grants_in(s.answer_to(held)), 1U);
  auto standing = s.claim_for(milliseconds{60'000});
  auto hello = s.wish(lose_node{"w", {}});
  EXPECT_EQ(grants_in(s.answer_to(standing)), 0U);
  s.run();
  EXPECT_TRUE(is_ok(s.answer_to(hello)));
  EXPECT_EQ(s.state_of(spec.id), job_state::pending);
}

TEST(replica, keeps_a_claim_waiting_while_the_queue_is_paused) {
  auto s = lone_leader();
  queue_settings paused;
  paused.version = 1;
  paused.paused = true;
  s.wish(configure_queue{paused});
  s.append_taken_answered();
  s.wish(submit{s.spec()});
  s.append_taken_answered();
  auto worker = s.claim_for(10s);
  EXPECT_FALSE(s.answer_to(worker));
  queue_settings going_on;
  going_on.version = 2;
  s.wish(configure_queue{going_on});
  s.append_taken_answered();
  EXPECT_EQ(grants_in(s.answer_to(worker)), 1U);
}

// ---- lost acks

TEST(replica, finds_its_own_record_after_a_lost_ack) {
  auto s = lone_leader();
  auto caller = s.wish(submit{s.spec()});
  s.append_lost_ack();
  EXPECT_FALSE(s.answer_to(caller));
  s.read_answered();
  EXPECT_TRUE(is_ok(s.answer_to(caller)));
}

TEST(replica, appends_the_same_bytes_again_when_they_are_not_there) {
  auto s = lone_leader();
  auto caller = s.wish(submit{s.spec()});
  auto bytes = encode(s.appending()).bytes;
  s.append_lost();
  s.read_answered();
  EXPECT_EQ(encode(s.appending()).bytes, bytes);
  s.append_taken_answered();
  EXPECT_TRUE(is_ok(s.answer_to(caller)));
}

TEST(replica, takes_a_refusal_of_its_own_late_append_for_what_it_is) {
  auto s = lone_leader();
  auto caller = s.wish(submit{s.spec()});
  auto late = encode(s.appending()).bytes;
  s.append_lost();
  s.read_answered(); // It is not there yet, so it is appended again,
  s.journal.push_back(late);
  s.append_refused_answered(); // but the first one arrives before.
  s.read_answered();
  EXPECT_TRUE(is_ok(s.answer_to(caller)));
}

TEST(replica, does_not_count_an_ack_with_another_sequence) {
  auto s = lone_leader();
  auto caller = s.wish(submit{s.spec()});
  s.hear(append_taken{journal_index{1}, true});
  EXPECT_FALSE(s.answer_to(caller));
  s.read_answered();
  EXPECT_FALSE(s.answer_to(caller));
}

TEST(replica, rests_between_attempts_while_the_journal_is_away) {
  auto s = lone_leader();
  s.wish(submit{s.spec()});
  s.append_lost();
  s.hear(record_read{journal_index{2}, std::nullopt, true});
  s.effects.clear();
  EXPECT_FALSE(s.take<replica_effect::read>());
  s.tick();
  EXPECT_TRUE(s.take<replica_effect::read>());
}

TEST(replica, stops_offering_after_ten_seconds_but_finds_out_what_became_of_its_record) {
  auto s = lone_leader();
  auto in_flight = s.wish(submit{s.spec()});
  auto undecided = s.wish(submit{s.spec()});
  auto worker = s.claim_for(60s);
  s.append_lost();
  for (int i = 0; i < 101; ++i) {
    s.hear(record_read{journal_index{2}, std::nullopt, true});
    s.tick();
  }
  EXPECT_EQ(code_of(s.answer_to(in_flight)), errc::unknown_outcome);
  EXPECT_EQ(code_of(s.answer_to(undecided)), errc::unavailable);
  EXPECT_EQ(code_of(s.answer_to(worker)), errc::unavailable);
  EXPECT_FALSE(s.leads());
  EXPECT_NE(s.stands.why_not, "");
  EXPECT_EQ(code_of(s.answer_to(s.wish(submit{s.spec()}))), errc::unavailable);
  s.run();
  EXPECT_TRUE(s.leads());
  EXPECT_EQ(s.journal.size(), 2U);
}

// ---- deposed, forked

TEST(replica, hears_late_reports_before_it_ends_leases_as_overdue) {
  auto s = lone_leader();
  auto spec = s.spec();
  spec.timeout = {std::chrono::seconds{5}, std::chrono::seconds{5}};
  s.wish(submit{spec});
  s.run();
  auto asked = s.claim_for(milliseconds{0});
  s.run();
  auto held = std::get<granted>(**s.answer_to(asked)).grants.at(0).of;
  s.ask_barrier();
  s.wait(milliseconds{60'000}); // nothing is taken, far beyond the lease's time
  s.run();
  auto late = s.wish(complete{held, {"{}", {}, {}}, {}, 0});
  s.run();
  EXPECT_TRUE(is_ok(s.answer_to(late)));
  EXPECT_EQ(s.state_of(spec.id), job_state::completed);
}

TEST(replica, steps_down_when_a_higher_epoch_is_in_its_place) {
  auto s = lone_leader();
  auto in_flight = s.wish(submit{s.spec()});
  auto undecided = s.wish(submit{s.spec()});
  s.other_leader_appends(epoch_number{2}, "b",
                         {events::leader_claimed{epoch_number{2}, "b", {make_random_uuid(5, 1)}}});
  s.append_refused_answered();
  s.read_answered();
  EXPECT_FALSE(s.leads());
  EXPECT_EQ(code_of(s.answer_to(in_flight)), errc::unknown_outcome);
  EXPECT_EQ(code_of(s.answer_to(undecided)), errc::not_leader);
  s.tail_next();
  EXPECT_EQ(s.stands.epoch, epoch_number{2});
  EXPECT_EQ(code_of(s.answer_to(s.wish(submit{s.spec()}))), errc::not_leader);
}

TEST(replica, notices_without_work_that_another_leads) {
  auto s = lone_leader();
  s.other_leader_appends(epoch_number{2}, "b",
                         {events::leader_claimed{epoch_number{2}, "b", {make_random_uuid(5, 1)}}});
  s.wait(2'000ms);
  s.look_answered();
  EXPECT_EQ(count<events::barrier>(s.appending()), 1U);
  s.append_refused_answered();
  s.read_answered();
  EXPECT_FALSE(s.leads());
}

TEST(replica, notices_without_work_that_the_log_is_gone) {
  auto s = lone_leader();
  auto whole = std::exchange(s.journal, {});
  s.created += 1h;
  s.wait(2'000ms);
  s.run();
  ASSERT_EQ(s.journal.size(), 2U);
  EXPECT_EQ(s.journal.front(), whole.front());
}

TEST(replica, halts_when_another_record_of_its_own_epoch_is_in_its_place) {
  auto s = lone_leader();
  auto caller = s.wish(submit{s.spec()});
  s.other_leader_appends(epoch_number{1}, "a", {events::barrier{}});
  s.append_refused_answered();
  s.read_answered();
  EXPECT_TRUE(s.halted());
  EXPECT_EQ(code_of(s.answer_to(caller)), errc::unknown_outcome);
  EXPECT_EQ(code_of(s.answer_to(s.wish(submit{s.spec()}))), errc::unavailable);
}

TEST(replica, halts_on_damaged_bytes) {
  replica_story s{{"a", "b"}};
  s.start();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.journal.back()[20] ^= 1;
  s.run();
  EXPECT_TRUE(s.halted());
}

TEST(replica, halts_when_a_record_does_not_continue_what_it_applied) {
  replica_story s{{"a", "b"}};
  s.start();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.run();
  s.journal.clear();
  s.other_leader_appends(epoch_number{1}, "c",
                         {events::leader_claimed{epoch_number{1}, "c", {make_random_uuid(5, 2)}}});
  s.other_leader_appends(epoch_number{1}, "c", {events::barrier{}});
  s.tail_next();
  EXPECT_TRUE(s.halted());
}

TEST(replica, halts_when_the_log_holds_another_record_than_it_applied) {
  auto s = lone_leader();
  s.wish(submit{s.spec()});
  s.append_taken_answered();
  s.journal.clear();
  s.other_leader_appends(epoch_number{1}, "b",
                         {events::leader_claimed{epoch_number{1}, "b", {make_random_uuid(5, 1)}}});
  s.other_leader_appends(epoch_number{1}, "b", {events::barrier{}});
  s.restart();
  s.run();
  EXPECT_TRUE(s.halted());
}

} // namespace
} // namespace dure
