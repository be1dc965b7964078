#include "actors/core/limits.hpp"
#include "actors/core/retry.hpp"

#include <gtest/gtest.h>
#include <set>

namespace dure {
namespace {

const job_id id = make_job_id(log_number{1}, timestamp{milliseconds{1}}, 1);

TEST(backoff, doubles_up_to_its_maximum_with_a_quarter_of_jitter) {
  milliseconds least = limits::backoff_first;
  for (unsigned failures = 1; failures < 100; ++failures) {
    auto delay = backoff(failures, id, static_cast<std::uint16_t>(failures));
    EXPECT_GE(delay, least);
    EXPECT_LE(delay, least + least / 4);
    least = std::min<milliseconds>(2 * least, limits::backoff_max);
  }
}

TEST(backoff, is_the_same_for_the_same_attempt_and_spreads_others) {
  std::set<milliseconds> seen;
  for (std::uint64_t n = 0; n < 100; ++n) {
    auto other = make_job_id(log_number{1}, timestamp{milliseconds{1}}, n);
    EXPECT_EQ(backoff(1, other, 1), backoff(1, other, 1));
    seen.insert(backoff(1, other, 1));
  }
  EXPECT_GT(seen.size(), 80U);
}

} // namespace
} // namespace dure
