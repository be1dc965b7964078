#include "gateway/feed/progress_board.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {

namespace {

job_id job_number(std::uint64_t n) {
  return make_job_id(log_number{1}, timestamp{}, n);
}

job_progress progress(std::uint64_t job, std::uint16_t attempt, std::uint64_t n,
                      std::uint64_t done) {
  return {job_number(job), attempt, n, done, 10, "step", "", timestamp{milliseconds{1000 * n}}};
}

TEST(progress_board, drops_what_comes_late_or_twice) {
  progress_board board;
  EXPECT_TRUE(board.put(progress(1, 1, 5, 5)));
  EXPECT_FALSE(board.put(progress(1, 1, 5, 5)));
  EXPECT_FALSE(board.put(progress(1, 1, 4, 4)));
  EXPECT_EQ(board.find(job_number(1))->done, 5U);
}

TEST(progress_board, follows_a_newer_attempt_and_no_older_one) {
  progress_board board;
  board.put(progress(1, 1, 9, 9));
  EXPECT_TRUE(board.put(progress(1, 2, 1, 1)));
  EXPECT_FALSE(board.put(progress(1, 1, 10, 10)));
  EXPECT_EQ(board.find(job_number(1))->done, 1U);
  EXPECT_FALSE(board.eta(job_number(1), timestamp{milliseconds{2000}}).has_value());
}

TEST(progress_board, tells_when_a_job_will_be_done) {
  progress_board board;
  for (std::uint64_t n = 1; n <= 5; ++n)
    board.put(progress(1, 1, n, n));
  EXPECT_EQ(board.eta(job_number(1), timestamp{milliseconds{5000}}), std::chrono::seconds{5});
}

TEST(progress_board, forgets_what_has_ended) {
  progress_board board;
  board.put(progress(1, 1, 1, 1));
  board.forget(job_number(1));
  board.forget(job_number(2));
  EXPECT_FALSE(board.find(job_number(1)).has_value());
  EXPECT_EQ(board.size(), 0U);
}

TEST(progress_board, forgets_the_longest_silent_when_it_is_full) {
  progress_board board{2};
  board.put(progress(1, 1, 1, 1));
  board.put(progress(2, 1, 1, 1));
  board.put(progress(1, 1, 2, 2));
  board.put(progress(3, 1, 1, 1));
  EXPECT_EQ(board.size(), 2U);
  EXPECT_TRUE(board.find(job_number(1)).has_value());
  EXPECT_FALSE(board.find(job_number(2)).has_value());
}

} // namespace
} // namespace dure::gateway
