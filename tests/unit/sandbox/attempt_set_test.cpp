#include "node/sandbox/attempt_set.hpp"
#include "tests/conformance/temporary_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace dure::node {

namespace {

constexpr monotonic at(int ms) {
  return monotonic{milliseconds{ms}};
}

handler_task task_of(std::uint8_t number) {
  handler_task task;
  task.of.job.value.bytes[15] = number;
  task.of.attempt = 1;
  task.soft_timeout = milliseconds{1'000};
  task.hard_timeout = milliseconds{2'000};
  return task;
}

template <class Said> attempt_report report_of(std::uint8_t number, Said said) {
  return {key_of(task_of(number).of), std::move(said)};
}

class attempt_set_keeps : public testing::Test {
protected:
  std::size_t progress_count() const {
    std::size_t count = 0;
    for (const handler_message& message : out)
      count += std::holds_alternative<handler_progress>(message);
    return count;
  }

  const handler_end& last_end() const { return std::get<handler_end>(out.back()); }

  pool_settings settings;
  attempt_set attempts{settings};
  handler_messages out;
  std::string lines;
};

} // namespace

TEST_F(attempt_set_keeps, progress_to_ten_a_second_and_the_newest_before_the_end) {
  attempts.start(task_of(1), at(0));
  for (std::uint64_t n = 0; n < 50; ++n)
    ASSERT_TRUE(attempts.take(report_of(1, progress_line{n, 50, "", ""}), at(10), 0, out));
  EXPECT_EQ(progress_count(), 1U);
  EXPECT_EQ(attempts.next_deadline(), at(110));
  EXPECT_FALSE(attempts.expire(at(110), out, lines));
  ASSERT_EQ(progress_count(), 2U);
  EXPECT_EQ(std::get<handler_progress>(out.back()).done, 49U);
  ASSERT_TRUE(attempts.take(report_of(1, progress_line{50, 50, "", ""}), at(120), 0, out));
  ASSERT_TRUE(attempts.take(report_of(1, result_line{"{}"}), at(121), 7, out));
  EXPECT_EQ(progress_count(), 3U);
  EXPECT_EQ(last_end().peak_memory_bytes, 7U);
  EXPECT_TRUE(attempts.empty());
}

TEST_F(attempt_set_keeps, asking_once_at_the_soft_limit_and_killing_at_the_hard_one) {
  attempts.start(task_of(1), at(0));
  EXPECT_EQ(attempts.next_deadline(), at(1'000));
  EXPECT_FALSE(attempts.expire(at(1'000), out, lines));
  EXPECT_EQ(lines, cancel_line(task_of(1).of.job));
  EXPECT_EQ(attempts.next_deadline(), at(2'000));
  const auto order = attempts.expire(at(2'000), out, lines);
  ASSERT_TRUE(order);
  EXPECT_EQ(lines, cancel_line(task_of(1).of.job)) << "told once";
  EXPECT_EQ(order->why.failure.code, "hard_timeout");
}

TEST_F(attempt_set_keeps, a_result_that_came_after_the_soft_limit) {
  attempts.start(task_of(1), at(0));
  attempts.expire(at(1'000), out, lines);
  ASSERT_TRUE(attempts.take(report_of(1, result_line{"{}"}), at(1'001), 0, out));
  EXPECT_EQ(last_end().end, attempt_end::completed);
}

TEST_F(attempt_set_keeps, what_an_attempt_cost_however_it_ends) {
  const attempt_charge paid{{10, 3, 55}, {9, std::nullopt}, false};
  const attempt_charge lost{{}, {}, true};
  for (std::uint8_t n = 1; n <= 3; ++n)
    attempts.start(task_of(n), at(0));
  ASSERT_TRUE(attempts.take(report_of(1, result_line{"{}", paid}), at(1), 0, out));
  EXPECT_EQ(last_end().charge, paid);
  EXPECT_FALSE(last_end().unheard);
  ASSERT_TRUE(attempts.take(report_of(2, error_line{{"c", "", true}, {}, lost}), at(1), 0, out));
  EXPECT_EQ(last_end().charge, lost);
  attempts.expire(at(1'000), out, lines);
  ASSERT_TRUE(
      attempts.take(report_of(3, error_line{{"c", "", true}, {}, lost}), at(1'001), 0, out));
  EXPECT_EQ(last_end().end, attempt_end::timed_out);
  EXPECT_EQ(last_end().charge, lost);
}

TEST_F(attempt_set_keeps, the_silence_of_the_whole_process) {
  settings.silence = milliseconds{500};
  attempts.start(task_of(1), at(0));
  attempts.start(task_of(2), at(400));
  attempts.heard(at(450));
  EXPECT_EQ(attempts.next_deadline(), at(950));
  const auto order = attempts.expire(at(950), out, lines);
  ASSERT_TRUE(order);
  attempts.end_all(*order, 0, out);
  EXPECT_EQ(out.size(), 2U);
  EXPECT_EQ(last_end().failure->code, "silent");
}

TEST_F(attempt_set_keeps, logs_up_to_their_limit) {
  settings.log_bytes_max = 250;
  attempts.start(task_of(1), at(0));
  for (int n = 0; n < 5; ++n)
    ASSERT_TRUE(attempts.take(report_of(1, log_line{"info", "1234"}), at(1), 0, out));
  EXPECT_EQ(out.size(), 2U);
}

TEST_F(attempt_set_keeps, artifacts_up_to_their_sum_of_bytes) {
  const test::temporary_folder folder;
  std::ofstream{folder.path() / "file"} << "1234";
  settings.artifact_bytes_max = 10;
  for (std::uint8_t n = 1; n <= 2; ++n) {
    handler_task task = task_of(n);
    task.scratch = folder.path();
    attempts.start(std::move(task), at(0));
  }
  const artifact_line said{"name", "file", "text/plain"};
  for (int n = 0; n < 2; ++n)
    ASSERT_TRUE(attempts.take(report_of(1, said), at(1), 0, out));
  EXPECT_EQ(attempts.take(report_of(1, said), at(1), 0, out).error().code, errc::too_large);
  EXPECT_TRUE(attempts.take(report_of(2, said), at(1), 0, out)) << "each attempt has its own sum";
  EXPECT_EQ(out.size(), 3U);
}

TEST_F(attempt_set_keeps, apart_who_was_cancelled_guilty_or_a_neighbour) {
  for (std::uint8_t n = 1; n <= 3; ++n)
    attempts.start(task_of(n), at(0));
  EXPECT_TRUE(attempts.cancel(key_of(task_of(2).of), at(1)));
  EXPECT_FALSE(attempts.cancel(key_of(task_of(2).of), at(2))) << "told once";
  attempts.end_all({endings::hard_timeout(), key_of(task_of(1).of)}, 5, out);
  ASSERT_EQ(out.size(), 3U);
  for (const handler_message& message : out) {
    const auto& outcome = std::get<handler_end>(message);
    const auto number = outcome.of.job.value.bytes[15];
    EXPECT_EQ(outcome.peak_memory_bytes, 5U);
    EXPECT_TRUE(outcome.unheard) << "nobody knows what it has asked";
    EXPECT_EQ(outcome.end, number == 1   ? attempt_end::timed_out
                           : number == 2 ? attempt_end::cancelled
                                         : attempt_end::released);
  }
}

TEST_F(attempt_set_keeps, refusing_reports_of_attempts_it_does_not_have) {
  EXPECT_EQ(attempts.take(report_of(1, result_line{"{}"}), at(0), 0, out).error().code,
            errc::invalid);
  settings.result_bytes_max = 3;
  attempts.start(task_of(1), at(0));
  EXPECT_EQ(attempts.take(report_of(1, result_line{"1234"}), at(0), 0, out).error().code,
            errc::too_large);
}

} // namespace dure::node
