#include "actors/core/limits.hpp"
#include "actors/core/provider.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

using std::chrono::seconds;

fail failure(const lease& of, bool retryable = true, attempt_end end = attempt_end::failed) {
  return {of, end, {"broken", "It broke.", retryable}, {}, 77};
}

TEST_F(ledger_test, completes_a_running_job) {
  auto id = submitted();
  auto of = leased();
  now += seconds{2};
  const job_result outcome{
      "{\"n\":1}", {}, {{"text", {std::string(64, 'a'), 9, "t", "text/plain"}}}};
  does<accepted>(complete{of, outcome, {3, 4, 5}, 99});
  auto j = row(id);
  EXPECT_EQ(j.state, job_state::completed);
  EXPECT_EQ(j.outcome, outcome);
  EXPECT_EQ(j.cost, (job_cost{3, 4, 5}));
  EXPECT_EQ(j.completed_at, now);
  EXPECT_EQ(j.expires_at, now + limits::finished_jobs_kept);
  EXPECT_EQ(j.attempts.back().end, attempt_end::completed);
  EXPECT_EQ(j.attempts.back().ended_at, now);
  EXPECT_EQ(j.attempts.back().peak_memory_bytes, 99U);
}

TEST_F(ledger_test, takes_a_providers_code_in_another_queue_for_the_jobs_own) {
  for (std::size_t i = 0; i <= provider_failures_max; ++i) {
    submitted();
    does<accepted>(fail{leased(),
                        attempt_end::failed,
                        {std::string{code_unavailable}, "A user's own.", false},
                        {},
                        0});
  }
  submitted();
  leased();
}

TEST_F(ledger_test, accepts_the_same_end_again_and_no_other) {
  submitted();
  auto of = leased();
  does<accepted>(complete{of, {"{}", {}, {}}, {}, 0});
  does<accepted>(complete{of, {"{}", {}, {}}, {}, 0});
  EXPECT_TRUE(latest.empty());
  EXPECT_EQ(refusal(failure(of)).code, errc::stale_lease);

  submitted();
  of = leased();
  does<accepted>(failure(of));
  does<accepted>(failure(of));
  EXPECT_TRUE(latest.empty());
  EXPECT_EQ(refusal(complete{of, {}, {}, 0}).code, errc::stale_lease);
}

TEST_F(ledger_test, refuses_the_end_of_an_attempt_by_any_other_lease) {
  auto id = submitted();
  const auto of = leased();
  std::vector<lease> others(4, of);
  others[0].attempt = 2;
  others[1].epoch = epoch_number{2};
  others[2].node = "node-2";
  others[3].boot = boot(2);
  for (const auto& other : others) {
    EXPECT_EQ(refusal(complete{other, {}, {}, 0}).code, errc::stale_lease);
    EXPECT_EQ(refusal(failure(other)).code, errc::stale_lease);
    EXPECT_EQ(refusal(release{other}).code, errc::stale_lease);
  }
  EXPECT_EQ(row(id).state, job_state::running);
}

TEST_F(ledger_test, retries_a_failed_attempt_later_and_later) {
  auto id = submitted();
  const std::vector<milliseconds> delays{limits::backoff_first, 2 * limits::backoff_first};
  for (auto delay : delays) {
    does<accepted>(failure(leased()));
    auto j = row(id);
    EXPECT_EQ(j.state, job_state::scheduled);
    EXPECT_GE(j.spec.run_at, now + delay);
    EXPECT_LE(j.spec.run_at, now + delay + delay / 4);
    EXPECT_EQ(j.attempts.back().failure, (job_error{"broken", "It broke.", true}));
    EXPECT_EQ(j.attempts.back().peak_memory_bytes, 77U);
    EXPECT_EQ(pass(j.spec.run_at - now), 1U);
  }
  does<accepted>(failure(leased()));
  auto j = row(id);
  EXPECT_EQ(j.state, job_state::failed);
  EXPECT_EQ(j.attempts_counted, 3);
  EXPECT_EQ(j.failure, (job_error{"broken", "It broke.", true}));
}

TEST_F(ledger_test, follows_a_retry_after_but_not_for_ever) {
  auto id = submitted();
  auto told = failure(leased());
  told.retry_not_before = now + seconds{100};
  does<accepted>(told);
  EXPECT_EQ(row(id).spec.run_at, now + seconds{100});
  pass(seconds{100});

  told = failure(leased());
  told.retry_not_before = now + std::chrono::days{1'000};
  does<accepted>(told);
  EXPECT_EQ(row(id).spec.run_at, now + limits::retry_after_max);
}

TEST_F(ledger_test, does_not_retry_what_will_not_get_better) {
  auto id = submitted();
  does<accepted>(failure(leased(), false));
  EXPECT_EQ(row(id).state, job_state::failed);
  EXPECT_EQ(row(id).attempts_made, 1);
}

TEST_F(ledger_test, cuts_a_long_failure_message_between_characters) {
  auto id = submitted();
  auto said = failure(leased(), false);
  said.failure.message.clear();
  for (int i = 0; i < 600; ++i)
    said.failure.message += "쪽";
  said.failure.code.clear();
  does<accepted>(said);
  EXPECT_EQ(row(id).failure->message.size(), 3 * limits::error_message_characters_max);
  EXPECT_EQ(row(id).failure->code, "failed");
}

TEST_F(ledger_test, fails_a_job_as_poison_when_it_has_ended_too_many_handlers) {
  auto id = submitted([](job_spec& s) { s.max_attempts = 10; });
  for (int death = 1; death < limits::deaths_max; ++death) {
    does<accepted>(failure(leased(), true, attempt_end::died));
    EXPECT_EQ(row(id).state, job_state::pending);
  }
  does<accepted>(failure(leased(), true, attempt_end::died));
  EXPECT_EQ(row(id).state, job_state::failed);
  EXPECT_EQ(row(id).failure->code, "poison");
}

TEST_F(ledger_test, counts_a_death_as_an_attempt) {
  auto id = submitted([](job_spec& s) { s.max_attempts = 1; });
  does<accepted>(failure(leased(), true, attempt_end::died));
  EXPECT_EQ(row(id).state, job_state::failed);
  EXPECT_EQ(row(id).failure->code, "broken");
}

TEST_F(ledger_test, gives_a_released_job_to_the_next_without_counting_it) {
  auto id = submitted([](job_spec& s) { s.max_attempts = 1; });
  auto of = leased();
  does<accepted>(release{of});
  does<accepted>(release{of});
  EXPECT_TRUE(latest.empty());
  EXPECT_EQ(row(id).state, job_state::pending);
  EXPECT_EQ(row(id).attempts_counted, 0);
  EXPECT_EQ(leased("node-2").attempt, 2);
}

TEST_F(ledger_test, gives_the_job_of_a_lost_node_to_another_worker) {
  auto id = submitted();
  auto of = leased("node-1");
  does<accepted>(lose_node{"node-1", {}});
  EXPECT_EQ(row(id).state, job_state::pending);
  EXPECT_EQ(row(id).losses, 1);
  EXPECT_EQ(row(id).attempts_counted, 0);
  EXPECT_EQ(refusal(complete{of, {}, {}, 0}).code, errc::stale_lease);
  EXPECT_EQ(leased("node-2").attempt, 2);
}

TEST_F(ledger_test, ends_only_the_leases_of_the_lives_that_are_over) {
  submitted();
  submitted();
  auto old_life = claim_of(1);
  auto new_life = claim_of(1);
  new_life.boot = boot(2);
  auto lost = does<granted>(old_life).grants.at(0).of;
  auto kept = does<granted>(new_life).grants.at(0).of;
  does<accepted>(lose_node{"node-1", boot(2)});
  EXPECT_EQ(row(lost.job).state, job_state::pending);
  EXPECT_EQ(row(kept.job).state, job_state::running);
  does<accepted>(lose_node{"node", {}});
  EXPECT_TRUE(latest.empty());
}

TEST_F(ledger_test, fails_a_job_that_lost_too_many_nodes) {
  auto id = submitted();
  for (int loss = 1; loss <= limits::losses_max; ++loss) {
    leased();
    does<accepted>(lose_node{"node-1", {}});
    ASSERT_EQ(row(id).state, job_state::pending);
  }
  leased();
  does<accepted>(lose_node{"node-1", {}});
  EXPECT_EQ(row(id).state, job_state::failed);
  EXPECT_EQ(row(id).failure->code, "lost");
}

TEST_F(ledger_test, ends_a_lease_that_nobody_ended_in_time) {
  auto id = submitted([](job_spec& s) { s.timeout = {seconds{5}, seconds{10}}; });
  auto of = leased();
  EXPECT_EQ(pass(seconds{10} + limits::timeout_grace - milliseconds{1}), 0U);
  EXPECT_EQ(pass(milliseconds{1}), 1U);
  EXPECT_EQ(row(id).state, job_state::scheduled);
  EXPECT_EQ(row(id).attempts.back().end, attempt_end::timed_out);
  // The worker may say so too, late.
  does<accepted>(failure(of, true, attempt_end::timed_out));
  EXPECT_EQ(refusal(complete{of, {}, {}, 0}).code, errc::stale_lease);
}

TEST_F(ledger_test, fails_a_job_that_is_given_back_for_ever) {
  auto id = submitted();
  for (int i = 1; i <= limits::attempts_ever_max; ++i)
    does<accepted>(release{leased()});
  EXPECT_EQ(row(id).state, job_state::failed);
  EXPECT_EQ(row(id).failure->code, "exhausted");
  EXPECT_EQ(refusal(retry{id}).code, errc::wrong_state);
}

TEST_F(ledger_test, keeps_the_first_and_the_newest_attempts) {
  auto id = submitted();
  for (int i = 0; i < 40; ++i)
    does<accepted>(release{leased()});
  auto j = row(id);
  ASSERT_EQ(j.attempts.size(), limits::attempt_history_max);
  EXPECT_EQ(j.attempts.front().n, 1);
  EXPECT_EQ(j.attempts[1].n, 10);
  EXPECT_EQ(j.attempts.back().n, 40);
}

TEST_F(ledger_test, refuses_results_out_of_bounds) {
  submitted();
  auto of = leased();
  complete large{of, {std::string(limits::inline_json_bytes_max + 1, ' '), {}, {}}, {}, 0};
  EXPECT_EQ(refusal(large).code, errc::too_large);
  complete many{of, {"{}", {}, std::vector<artifact>(65)}, {}, 0};
  EXPECT_EQ(refusal(many).code, errc::invalid);
  EXPECT_EQ(refusal(fail{of, attempt_end::lost, {}, {}, 0}).code, errc::invalid);
  EXPECT_EQ(refusal(release{of, attempt_end::completed, 0}).code, errc::invalid);
}

} // namespace
} // namespace dure
