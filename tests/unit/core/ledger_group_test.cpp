#include "actors/core/limits.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

using std::chrono::days;
using std::chrono::seconds;

void in_group(job_spec& s) {
  s.group = "set-1";
}

TEST_F(ledger_test, counts_jobs_of_log_kind_and_group) {
  submitted(in_group);
  submitted([](job_spec& s) { in_group(s), s.kind = "sleep"; });
  submitted();
  leased();
  using by_state = std::array<std::uint64_t, 6>;
  EXPECT_EQ(counts(keys::counts_of_log(log)).by_state, (by_state{0, 2, 1, 0, 0, 0}));
  EXPECT_EQ(counts(keys::counts_of_kind(log, "noop")).by_state, (by_state{0, 1, 1, 0, 0, 0}));
  EXPECT_EQ(counts(keys::counts_of_kind(log, "sleep")).by_state, (by_state{0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(counts(keys::counts_of_group(log, "set-1")).by_state, (by_state{0, 1, 1, 0, 0, 0}));
}

TEST_F(ledger_test, expires_a_finished_job_after_its_retention) {
  auto id = submitted();
  does<accepted>(complete{leased(), {}, {}, 0});
  EXPECT_EQ(pass(limits::finished_jobs_kept - seconds{1}), 0U);
  EXPECT_EQ(pass(seconds{1}), 1U);
  EXPECT_EQ(refusal(cancel{id}).code, errc::not_found);
  EXPECT_EQ(counts(keys::counts_of_log(log)), job_counts{});
}

TEST_F(ledger_test, does_not_expire_a_job_that_was_retried_meanwhile) {
  auto id = submitted();
  does<job_changed>(cancel{id});
  pass(days{6});
  does<job_changed>(retry{id});
  EXPECT_EQ(pass(days{6}), 0U);
  does<job_changed>(cancel{id});
  EXPECT_EQ(pass(days{6}), 0U);
  EXPECT_EQ(pass(days{1}), 1U);
}

TEST_F(ledger_test, keeps_documents_questions_and_datasets_until_they_are_deleted) {
  for (const auto* queue : {"documents", "questions", "datasets"}) {
    auto id = submitted([&](job_spec& s) { s.queue = queue, s.group = "g"; });
    does<job_changed>(cancel{id});
    EXPECT_FALSE(row(id).expires_at);
  }
  EXPECT_EQ(pass(days{1'000}), 0U);
}

TEST_F(ledger_test, expires_a_group_as_a_whole_when_its_last_job_is_old_enough) {
  auto first = submitted(in_group);
  auto second = submitted(in_group);
  auto third = submitted(in_group);
  does<job_changed>(cancel{first});
  does<job_changed>(cancel{second});
  EXPECT_EQ(pass(days{20}), 0U);
  does<job_changed>(cancel{third});
  EXPECT_EQ(pass(days{7} - seconds{1}), 0U);
  does<accepted>(expire{first});
  EXPECT_TRUE(latest.empty());
  EXPECT_EQ(pass(seconds{1}), 3U);
  EXPECT_EQ(counts(keys::counts_of_group(log, "set-1")), job_counts{});
}

TEST_F(ledger_test, keeps_a_finished_group_when_a_job_joins_it_again) {
  does<job_changed>(cancel{submitted(in_group)});
  pass(days{6});
  auto late = submitted(in_group);
  EXPECT_EQ(pass(days{30}), 0U);
  does<job_changed>(cancel{late});
  EXPECT_EQ(pass(days{7}), 2U);
}

} // namespace
} // namespace dure
