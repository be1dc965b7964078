#include "gateway/api/throughput.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {
namespace {

constexpr log_number log{3};
constexpr timestamp begin{std::chrono::seconds{1'767'225'600}};

timestamp after(std::int64_t seconds) {
  return begin + std::chrono::seconds{seconds};
}

TEST(throughput, is_none_where_nothing_was_completed) {
  throughput t;
  EXPECT_EQ(t.per_minute(log, begin), 0);
  t.note(log, begin, 5);
  EXPECT_EQ(t.per_minute(log_number{4}, begin), 0);
}

TEST(throughput, counts_a_short_time_as_a_minute) {
  throughput t;
  t.note(log, begin, 5);
  t.note(log, after(3), 2);
  EXPECT_EQ(t.per_minute(log, after(4)), 7);
}

TEST(throughput, is_the_mean_since_work_began) {
  throughput t;
  for (int s = 0; s < 120; ++s)
    t.note(log, after(s), 10);
  EXPECT_DOUBLE_EQ(t.per_minute(log, after(119)), 600);
}

TEST(throughput, forgets_after_five_minutes) {
  throughput t;
  for (int s = 0; s < 600; ++s)
    t.note(log, after(s), s < 300 ? 1'000 : 1);
  EXPECT_DOUBLE_EQ(t.per_minute(log, after(599)), 60);
  EXPECT_EQ(t.per_minute(log, after(900)), 0);
}

TEST(throughput, what_is_replayed_counts_when_it_happened) {
  throughput t;
  t.note(log, after(600), 1);
  t.note(log, begin, 1'000'000);
  t.note(log, after(300), 1'000'000);
  EXPECT_EQ(t.per_minute(log, after(600)), 1);
}

} // namespace
} // namespace dure::gateway
