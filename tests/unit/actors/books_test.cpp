#include "actors/scheduler/outcome_desk.hpp"
#include "actors/supervisor/restart_policy.hpp"
#include "actors/worker/attempt_report.hpp"
#include "actors/worker/claim_book.hpp"
#include "actors/worker/log_book.hpp"
#include "actors/worker/progress_book.hpp"
#include "actors/worker/report_book.hpp"
#include "tests/unit/actors/job_examples.hpp"

#include <gtest/gtest.h>

namespace dure {
namespace {

using test::example_command;
using test::example_grant;

claim claim_of(std::uint64_t n, std::uint32_t jobs) {
  return {claim_id{make_random_uuid(n, 2)}, "node-1", {}, {{"noop", jobs}}};
}

command report_of(std::uint64_t n) {
  return {example_command(n), "node-1", complete{example_grant(n).of, {}, {}, 0}};
}

TEST(claim_book, lets_one_claim_stand) {
  claim_book claims;
  EXPECT_TRUE(claims.should_ask({{"noop", 4}}));
  claims.sent(claim_of(1, 4));
  EXPECT_FALSE(claims.should_ask({{"noop", 4}}));
  EXPECT_FALSE(claims.should_ask({{"noop", 3}}));
}

TEST(claim_book, replaces_the_standing_claim_when_the_room_has_changed_much) {
  claim_book claims;
  claims.sent(claim_of(1, 4));
  EXPECT_TRUE(claims.should_ask({{"noop", 9}}));
  EXPECT_TRUE(claims.should_ask({}));
}

TEST(claim_book, asks_for_nothing_when_nothing_is_wanted) {
  EXPECT_FALSE(claim_book{}.should_ask({}));
}

TEST(claim_book, repeats_a_failed_claim_under_its_own_id) {
  claim_book claims;
  auto sent = claim_of(1, 4);
  claims.sent(sent);
  EXPECT_TRUE(claims.take_failed().empty());
  claims.failed(sent.id);
  auto again = claims.take_failed();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.front().id, sent.id);
  EXPECT_TRUE(claims.take_failed().empty());
}

TEST(claim_book, keeps_few_claims_open) {
  claim_book claims;
  for (std::uint32_t n = 1; n <= claim_book::open_max; ++n)
    claims.sent(claim_of(n, n));
  EXPECT_FALSE(claims.should_ask({{"noop", 100}}));
  claims.answered(claim_of(1, 1).id);
  EXPECT_TRUE(claims.should_ask({{"noop", 100}}));
}

TEST(report_book, keeps_two_batches_on_their_way) {
  report_book reports;
  for (std::uint64_t n = 1; n <= 3; ++n) {
    reports.add(report_of(n));
    EXPECT_EQ(reports.next().has_value(), n <= report_book::on_their_way_max);
  }
  EXPECT_EQ(reports.size(), 3U);
}

TEST(report_book, sends_a_report_again_under_its_own_id_until_it_is_answered) {
  report_book reports;
  reports.add(report_of(1));
  auto first = reports.next();
  ASSERT_TRUE(first);
  EXPECT_TRUE(reports.answered(first->number, {error{errc::not_leader, {}}}).refused.empty());
  EXPECT_FALSE(reports.next());
  reports.retry();
  auto second = reports.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->reports.front().id, report_of(1).id);
  EXPECT_EQ(reports.answered(second->number, {answer{accepted{}}}).taken.size(), 1U);
  EXPECT_TRUE(reports.empty());
}

TEST(report_book, drops_what_is_refused_for_good_and_says_so) {
  report_book reports;
  reports.add(report_of(1));
  auto batch = reports.next();
  ASSERT_TRUE(batch);
  auto refused = reports.answered(batch->number, {error{errc::stale_lease, {}}}).refused;
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused.front().second.code, errc::stale_lease);
  EXPECT_TRUE(reports.empty());
}

TEST(report_book, repeats_a_batch_that_got_no_answer) {
  report_book reports;
  reports.add(report_of(1));
  reports.failed(reports.next()->number);
  reports.retry();
  EXPECT_TRUE(reports.next());
}

handler_log said(std::string message, std::uint16_t attempt = 1) {
  auto of = example_grant(1).of;
  of.attempt = attempt;
  return {of, "info", std::move(message)};
}

TEST(log_book, numbers_what_is_said_over_all_attempts) {
  log_book book;
  book.note(said("one"), timestamp{milliseconds{5}});
  book.note(said("two"), timestamp{milliseconds{6}});
  auto first = book.take(said("").of);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].n, 1'000'001U);
  EXPECT_EQ(first[1].n, 1'000'002U);
  EXPECT_EQ(first[1].at, timestamp{milliseconds{6}});
  book.note(said("again", 2), timestamp{});
  EXPECT_EQ(book.take(said("", 2).of).front().n, 2'000'001U);
}

TEST(log_book, tells_each_line_once_and_keeps_them_all) {
  log_book book;
  book.note(said("one"), timestamp{});
  EXPECT_EQ(book.take_news().size(), 1U);
  EXPECT_TRUE(book.take_news().empty());
  book.note(said("two"), timestamp{});
  ASSERT_EQ(book.take_news().size(), 1U);
  EXPECT_EQ(book.take(said("").of).size(), 2U);
  EXPECT_TRUE(book.take(said("").of).empty());
}

TEST(log_book, says_that_it_is_full_and_takes_no_more) {
  log_book book;
  const std::string long_line(10'000, 'x');
  for (int i = 0; i < 1'000; ++i)
    book.note(said(long_line), timestamp{});
  auto lines = book.take(said("").of);
  EXPECT_LE(lines.size() * long_line.size(), limits::attempt_log_bytes_max + long_line.size());
  EXPECT_EQ(lines.back().level, "warn");
}

TEST(progress_book, tells_the_newest_at_most_ten_times_a_second_and_again_after_five) {
  progress_book book;
  auto of = example_grant(1).of;
  monotonic now{milliseconds{1'000}};
  book.note({of, 1, 10, "text", ""}, {});
  EXPECT_EQ(book.due(now).size(), 1U);
  book.note({of, 2, 10, "text", ""}, {});
  book.note({of, 3, 10, "text", ""}, {});
  EXPECT_TRUE(book.due(now + milliseconds{99}).empty());
  auto told = book.due(now + milliseconds{100});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().done, 3U);
  EXPECT_EQ(told.front().n, 3U);
  EXPECT_TRUE(book.due(now + milliseconds{5'000}).empty());
  EXPECT_EQ(book.due(now + milliseconds{5'100}).size(), 1U);
  book.forget(of.job);
  EXPECT_TRUE(book.due(now + milliseconds{60'000}).empty());
}

TEST(attempt_report, takes_the_time_that_has_passed_off_the_limits) {
  attempt_in_hand attempt;
  attempt.granted = example_grant(1);
  attempt.granted.spec.timeout = {std::chrono::seconds{60}, std::chrono::seconds{90}};
  auto task = to_task(attempt, attempt.granted.started_at + milliseconds{10'000});
  EXPECT_EQ(task.soft_timeout, milliseconds{50'000});
  EXPECT_EQ(task.hard_timeout, milliseconds{80'000});
}

TEST(attempt_report, tells_a_cancel_by_the_client_from_a_job_given_back) {
  handler_end end;
  end.of = example_grant(1).of;
  end.end = attempt_end::cancelled;
  EXPECT_EQ(std::get<release>(to_report(end, false, {}, {})).end, attempt_end::cancelled);
  EXPECT_EQ(std::get<release>(to_report(end, true, {}, {})).end, attempt_end::released);
}

TEST(attempt_report, carries_the_wish_of_the_provider_to_come_later) {
  handler_end end;
  end.of = example_grant(1).of;
  end.end = attempt_end::failed;
  end.retry_after = milliseconds{7'000};
  timestamp now{milliseconds{1'000}};
  auto report = std::get<fail>(to_report(end, false, {}, now));
  EXPECT_EQ(report.retry_not_before, now + milliseconds{7'000});
  EXPECT_FALSE(report.failure.code.empty());
}

TEST(attempt_report, carries_what_the_attempt_cost) {
  handler_end end;
  end.of = example_grant(1).of;
  end.charge = {{10, 3, 55}, {9, 800}, true};
  const auto done = std::get<complete>(to_report(end, false, {}, {}));
  EXPECT_EQ(done.cost, end.charge.cost);
  EXPECT_EQ(done.quota, end.charge.quota);
  EXPECT_TRUE(done.possibly_charged);
  end.end = attempt_end::failed;
  const auto failed = std::get<fail>(to_report(end, false, {}, {}));
  EXPECT_EQ(failed.cost, end.charge.cost);
  EXPECT_EQ(failed.quota, end.charge.quota);
  EXPECT_TRUE(failed.possibly_charged);
  end.end = attempt_end::cancelled;
  end.unheard = true;
  const auto back = std::get<release>(to_report(end, true, {}, {}));
  EXPECT_EQ(back.cost, end.charge.cost);
  EXPECT_TRUE(back.possibly_charged);
  EXPECT_TRUE(back.unheard);
}

TEST(attempt_report, says_when_an_answer_is_not_for_equal_work) {
  handler_end end;
  end.of = example_grant(1).of;
  EXPECT_TRUE(std::get<complete>(to_report(end, false, {}, {})).reusable);
  end.reusable = false;
  EXPECT_FALSE(std::get<complete>(to_report(end, false, {}, {})).reusable);
}

TEST(outcome_desk, closes_a_batch_when_its_last_outcome_is_there_in_any_order) {
  outcome_desk desk;
  auto first = desk.open(2);
  auto second = desk.open(1);
  EXPECT_FALSE(desk.settle(ticket_of(first, 1), error{errc::invalid, {}}));
  auto alone = desk.settle(ticket_of(second, 0), answer{accepted{}});
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->first, second);
  auto both = desk.settle(ticket_of(first, 0), answer{accepted{}});
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->second.outcomes[0]);
  EXPECT_FALSE(both->second.outcomes[1]);
  EXPECT_EQ(desk.unanswered(), 0U);
}

TEST(outcome_desk, answers_what_is_open_when_it_closes_and_ignores_what_comes_later) {
  outcome_desk desk;
  auto batch = desk.open(2);
  EXPECT_FALSE(desk.settle(ticket_of(batch, 0), answer{accepted{}}));
  auto closed = desk.close_all(error{errc::unknown_outcome, {}});
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_TRUE(closed.at(batch).outcomes[0]);
  EXPECT_EQ(closed.at(batch).outcomes[1].error().code, errc::unknown_outcome);
  EXPECT_FALSE(desk.settle(ticket_of(batch, 1), answer{accepted{}}));
}

TEST(restart_policy, waits_longer_after_each_death_and_gives_up_in_the_end) {
  restart_policy policy;
  monotonic now{milliseconds{0}};
  EXPECT_EQ(policy.died(now), now + milliseconds{100});
  EXPECT_EQ(policy.died(now), now + milliseconds{200});
  for (std::size_t i = 2; i < restart_policy::deaths_max; ++i)
    EXPECT_TRUE(policy.died(now));
  EXPECT_FALSE(policy.died(now));
}

TEST(restart_policy, forgets_deaths_that_are_long_ago) {
  restart_policy policy;
  for (int minute = 0; minute < 100; ++minute) {
    monotonic now{std::chrono::minutes{2 * minute}};
    EXPECT_EQ(policy.died(now), now + restart_policy::first_delay);
  }
}

} // namespace
} // namespace dure
