#include "actors/core/error.hpp"
#include "actors/worker/workload.hpp"
#include "tests/unit/actors/job_examples.hpp"

#include <gtest/gtest.h>

namespace dure {
namespace {

using test::example_grant;

constexpr monotonic start{milliseconds{1'000}};

attempt_in_hand& put(workload& load, std::uint64_t n, std::string kind = "noop") {
  auto* attempt = load.add(example_grant(n, std::move(kind)), start);
  DURE_CHECK(attempt);
  load.make_ready(*attempt, {}, start);
  return *attempt;
}

/// Runs one job for so long.
void run_one(workload& load, std::uint64_t n, milliseconds span) {
  put(load, n);
  for (auto* attempt : load.start(start)) {
    load.stop(*attempt, start + span);
    load.remove(*attempt);
  }
}

TEST(workload, asks_for_as_many_jobs_as_handlers_have_places) {
  workload load{{{"noop", 4, false}}};
  EXPECT_EQ(load.demands(), (std::vector<demand>{{"noop", 4}}));
}

TEST(workload, asks_for_nothing_when_full) {
  workload load{{{"noop", 2, false}}};
  put(load, 1);
  put(load, 2);
  EXPECT_TRUE(load.demands().empty());
}

TEST(workload, starts_no_more_than_there_are_places) {
  workload load{{{"noop", 2, false}}};
  for (std::uint64_t n = 1; n <= 3; ++n)
    put(load, n);
  EXPECT_EQ(load.start(start).size(), 2U);
  EXPECT_TRUE(load.start(start).empty());
  EXPECT_EQ(load.running(), 2U);
}

TEST(workload, holds_work_ahead_once_jobs_are_seen_to_be_short) {
  workload load{{{"noop", 2, false}}};
  run_one(load, 1, milliseconds{10});
  EXPECT_EQ(load.demands(), (std::vector<demand>{{"noop", 2 + 20}}));
}

TEST(workload, holds_nothing_ahead_of_long_jobs) {
  workload load{{{"noop", 2, false}}};
  run_one(load, 1, milliseconds{5'000});
  EXPECT_EQ(load.demands(), (std::vector<demand>{{"noop", 2}}));
}

TEST(workload, never_asks_for_more_than_a_claim_may_hold) {
  workload load{{{"a", 900, false}, {"b", 900, false}}};
  std::uint32_t sum = 0;
  for (const auto& d : load.demands())
    sum += d.jobs;
  EXPECT_EQ(sum, limits::claim_jobs_max);
}

TEST(workload, work_ahead_of_one_kind_does_not_starve_another) {
  workload load{{{"noop", 2, false}, {"sleep", 256, false}}};
  run_one(load, 1, milliseconds{0});
  const auto wanted = load.demands();
  ASSERT_EQ(wanted.size(), 2U);
  EXPECT_EQ(wanted.back(), (demand{"sleep", 256}));
}

TEST(workload, lets_no_work_ahead_of_one_kind_take_the_places_of_another) {
  workload load{{{"a", 64, false}, {"b", 4, false}}};
  put(load, 1, "a");
  for (auto* attempt : load.start(start)) {
    load.stop(*attempt, start);
    load.remove(*attempt);
  }
  EXPECT_EQ(load.demands(), (std::vector<demand>{{"a", limits::claim_jobs_max - 4}, {"b", 4}}));
}

TEST(workload, gives_back_what_waits_behind_a_long_job_and_asks_for_less) {
  workload load{{{"noop", 1, false}}};
  run_one(load, 1, milliseconds{1});
  auto& runs = put(load, 2);
  load.start(start);
  const auto& waits = put(load, 3);
  EXPECT_TRUE(load.overdue(start + milliseconds{900}).empty());
  EXPECT_EQ(load.overdue(start + milliseconds{1'000}), std::vector<lease>{waits.granted.of});
  load.remove(waits);
  EXPECT_TRUE(load.demands().empty());
  load.stop(runs, start + milliseconds{1});
  load.remove(runs);
  EXPECT_GT(load.demands().front().jobs, 1U);
}

TEST(workload, knows_an_attempt_only_by_its_exact_lease) {
  workload load{{{"noop", 1, false}}};
  auto of = put(load, 1).granted.of;
  EXPECT_NE(load.find(of), nullptr);
  of.attempt = 2;
  EXPECT_EQ(load.find(of), nullptr);
}

TEST(workload, refuses_unknown_kinds_and_repeated_grants) {
  workload load{{{"noop", 2, false}}};
  put(load, 1);
  EXPECT_EQ(load.add(example_grant(1), start), nullptr);
  EXPECT_EQ(load.add(example_grant(2, "unheard-of"), start), nullptr);
}

} // namespace
} // namespace dure
