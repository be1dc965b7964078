#include "actors/core/pace.hpp"

#include <deque>
#include <gtest/gtest.h>
#include <random>

namespace dure {
namespace {

lease lease_of(std::uint64_t n) {
  return {make_job_id(log_number{1}, timestamp{}, n), 1, epoch_number{1}, "node-1", {}};
}

/// Takes whatever is allowed, at random moments, and watches every minute.
std::size_t most_in_a_minute(std::uint32_t quota, milliseconds for_ms, unsigned seed) {
  pace p;
  monotonic now{};
  p.begin({quota, {}}, false, now);
  std::mt19937 dice{seed};
  std::deque<monotonic> taken;
  std::size_t most = 0;
  std::uint64_t n = 0;
  for (monotonic end = now + for_ms; now < end; now += milliseconds{dice() % 400}) {
    for (auto free = p.allowance(now); free > 0; --free) {
      p.hear(events::job_leased{lease_of(++n), {}, {}}, now);
      taken.push_back(now);
    }
    while (!taken.empty() && now - taken.front() >= milliseconds{60'000})
      taken.pop_front();
    most = std::max(most, taken.size());
  }
  return most;
}

TEST(pace, no_minute_sees_more_than_the_quota_and_most_of_it_is_used) {
  for (std::uint32_t quota : {1U, 3U, 10U, 60U, 500U, 3'000U}) {
    const auto most = most_in_a_minute(quota, milliseconds{600'000}, quota);
    EXPECT_LE(most, quota);
    EXPECT_GE(static_cast<double>(most), 0.9 * quota) << quota;
  }
}

TEST(pace, a_new_leader_begins_with_nothing) {
  pace p;
  p.begin({3'000, {}}, false, monotonic{});
  EXPECT_EQ(p.allowance(monotonic{}), 0U);
  EXPECT_EQ(p.allowance(monotonic{} + milliseconds{1'000}), 48U);
}

TEST(pace, corrects_what_it_estimated_for_tokens) {
  pace p;
  monotonic now{};
  p.begin({{}, 600'000}, false, now);
  now += milliseconds{10'000};
  ASSERT_EQ(p.allowance(now), 8U) << "12,000 tokens at 1,500 each";
  p.hear(events::job_leased{lease_of(1), {}, {}}, now);
  EXPECT_EQ(p.allowance(now), 7U);
  p.hear(events::job_completed{lease_of(1), {}, {100, 200, 0}, 0, {}}, now);
  EXPECT_EQ(p.allowance(now), 8U) << "it was cheaper, and so may the next be";
}

TEST(pace, never_spends_more_tokens_a_minute_than_the_quota_and_one_job) {
  pace p;
  monotonic now{};
  p.begin({{}, 90'000}, false, now);
  std::deque<std::pair<monotonic, double>> spent;
  double sum = 0;
  double most = 0;
  for (std::uint64_t n = 1; now < monotonic{} + milliseconds{600'000}; now += milliseconds{100})
    for (auto free = p.allowance(now); free > 0; free = p.allowance(now)) {
      const auto tokens = 800 + 100 * (n % 9);
      p.hear(events::job_leased{lease_of(n), {}, {}}, now);
      p.hear(events::job_completed{lease_of(n), {}, {tokens, 0, 0}, 0, {}}, now);
      spent.emplace_back(now, static_cast<double>(tokens));
      sum += static_cast<double>(tokens);
      ++n;
      while (now - spent.front().first >= milliseconds{60'000}) {
        sum -= spent.front().second;
        spent.pop_front();
      }
      most = std::max(most, sum);
    }
  EXPECT_LE(most, 90'000 + 1'600);
  EXPECT_GE(most, 0.9 * 90'000);
}

TEST(pace, believes_the_provider_when_it_says_that_less_is_left) {
  pace p;
  p.begin({3'000, {}}, false, monotonic{});
  EXPECT_GT(p.allowance(monotonic{} + milliseconds{1'000}), 2U);
  p.hear(quota_report{2, {}});
  EXPECT_EQ(p.allowance(monotonic{} + milliseconds{1'000}), 2U);
}

TEST(pace, without_limits_nothing_is_held_back) {
  pace p;
  EXPECT_GT(p.allowance(monotonic{}), 1'000U);
  EXPECT_FALSE(p.waits_for_time());
}

} // namespace
} // namespace dure
