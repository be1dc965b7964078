#include "gateway/api/eta.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {

namespace {

using std::chrono::seconds;

timestamp at(double s) {
  return timestamp{milliseconds{static_cast<std::int64_t>(1'000'000 + s * 1000)}};
}

TEST(progress_rate, promises_nothing_before_something_was_done) {
  progress_rate rate;
  EXPECT_FALSE(rate.eta(at(0)).has_value());
  rate.observe(0, 10, at(0));
  EXPECT_FALSE(rate.eta(at(5)).has_value());
}

TEST(progress_rate, promises_nothing_without_a_total) {
  progress_rate rate;
  rate.observe(0, 0, at(0));
  rate.observe(5, 0, at(5));
  EXPECT_FALSE(rate.eta(at(5)).has_value());
}

TEST(progress_rate, tells_the_rest_of_a_steady_walk) {
  progress_rate rate;
  for (int i = 0; i <= 40; ++i)
    rate.observe(static_cast<std::uint64_t>(i), 100, at(i));
  EXPECT_EQ(rate.eta(at(40)), seconds{60});
}

TEST(progress_rate, forgets_how_fast_it_was_long_ago) {
  progress_rate rate;
  for (int i = 0; i <= 50; ++i)
    rate.observe(static_cast<std::uint64_t>(i), 100, at(i * 0.1));
  for (int i = 51; i <= 70; ++i)
    rate.observe(static_cast<std::uint64_t>(i), 100, at(5 + (i - 50) * 4));
  auto eta = rate.eta(at(85));
  ASSERT_TRUE(eta.has_value());
  EXPECT_NEAR(static_cast<double>(eta->count()), 120, 20);
}

TEST(progress_rate, grows_while_nothing_moves_and_gives_up_at_last) {
  progress_rate rate;
  for (int i = 0; i <= 10; ++i)
    rate.observe(static_cast<std::uint64_t>(i), 20, at(i));
  EXPECT_EQ(rate.eta(at(10)), seconds{10});
  EXPECT_EQ(rate.eta(at(20)), seconds{20});
  EXPECT_FALSE(rate.eta(at(41)).has_value());
}

TEST(progress_rate, waits_for_steps_that_are_slow_by_nature) {
  progress_rate rate;
  rate.observe(0, 10, at(0));
  rate.observe(1, 10, at(60));
  rate.observe(2, 10, at(120));
  EXPECT_TRUE(rate.eta(at(170)).has_value());
}

TEST(progress_rate, begins_anew_when_the_total_changes) {
  progress_rate rate;
  rate.observe(0, 10, at(0));
  rate.observe(9, 10, at(9));
  rate.observe(9, 1000, at(10));
  EXPECT_FALSE(rate.eta(at(10)).has_value());
}

TEST(progress_rate, is_over_when_all_is_done) {
  progress_rate rate;
  rate.observe(0, 10, at(0));
  rate.observe(10, 10, at(3));
  EXPECT_EQ(rate.eta(at(9)), seconds{0});
}

} // namespace
} // namespace dure::gateway
