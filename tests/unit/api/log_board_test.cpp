#include "gateway/feed/log_board.hpp"

#include <gtest/gtest.h>
#include <string>

namespace dure::gateway {

namespace {

job_id job_number(std::uint64_t n) {
  return make_job_id(log_number{1}, timestamp{}, n);
}

job_log_line line(std::uint64_t job, std::uint16_t attempt, std::uint64_t place,
                  std::string message = "said") {
  return {job_number(job), attempt, log_number_of(attempt, place), {}, "info", std::move(message)};
}

std::vector<std::uint64_t> numbers(const std::vector<job_log_line>& lines) {
  std::vector<std::uint64_t> all;
  for (const auto& one : lines)
    all.push_back(one.n);
  return all;
}

using numbered = std::vector<std::uint64_t>;

TEST(log_board, gives_the_lines_behind_a_number) {
  log_board board;
  for (std::uint64_t place = 1; place <= 3; ++place)
    board.put(line(1, 1, place));
  EXPECT_EQ(numbers(board.lines_of(job_number(1), 0)), (numbered{1'000'001, 1'000'002, 1'000'003}));
  EXPECT_EQ(numbers(board.lines_of(job_number(1), 1'000'002)), numbered{1'000'003});
  EXPECT_TRUE(board.lines_of(job_number(1), 1'000'003).empty());
  EXPECT_TRUE(board.lines_of(job_number(2), 0).empty());
}

TEST(log_board, drops_what_comes_late_or_twice) {
  log_board board;
  board.put(line(1, 1, 2));
  board.put(line(1, 1, 2));
  board.put(line(1, 1, 1));
  EXPECT_EQ(numbers(board.lines_of(job_number(1), 0)), numbered{1'000'002});
}

TEST(log_board, follows_a_newer_attempt_and_no_older_one) {
  log_board board;
  board.put(line(1, 1, 7));
  board.put(line(1, 2, 1));
  board.put(line(1, 1, 8));
  EXPECT_EQ(numbers(board.lines_of(job_number(1), 0)), numbered{2'000'001});
}

TEST(log_board, forgets_the_longest_silent_when_it_is_full) {
  log_board board{3'000};
  const std::string message(800, 'x');
  board.put(line(1, 1, 1, message));
  board.put(line(2, 1, 1, message));
  board.put(line(3, 1, 1, message));
  board.put(line(1, 1, 2, message));
  EXPECT_EQ(board.lines_of(job_number(1), 0).size(), 2U);
  EXPECT_TRUE(board.lines_of(job_number(2), 0).empty());
  EXPECT_EQ(board.lines_of(job_number(3), 0).size(), 1U);
}

TEST(log_board, holds_no_job_that_says_more_than_all_may) {
  log_board board{1'000};
  board.put(line(1, 1, 1, std::string(2'000, 'x')));
  EXPECT_TRUE(board.lines_of(job_number(1), 0).empty());
  board.put(line(2, 1, 1));
  EXPECT_EQ(board.lines_of(job_number(2), 0).size(), 1U);
}

TEST(log_board, has_room_again_when_a_job_has_ended) {
  log_board board{2'000};
  for (std::uint64_t n = 1; n <= 100; ++n) {
    board.put(line(n, 1, 1, std::string(800, 'x')));
    board.forget(job_number(n));
    EXPECT_TRUE(board.lines_of(job_number(n), 0).empty());
  }
  board.put(line(101, 1, 1, std::string(800, 'x')));
  board.put(line(102, 1, 1, std::string(800, 'x')));
  EXPECT_EQ(board.lines_of(job_number(101), 0).size(), 1U);
}

} // namespace

} // namespace dure::gateway
