#include "actors/core/limits.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

using std::chrono::seconds;

TEST_F(ledger_test, cancels_a_waiting_job_at_once) {
  auto pending = submitted();
  auto scheduled = submitted([&](job_spec& s) { s.run_at = now + seconds{10}; });
  for (const auto& id : {pending, scheduled}) {
    EXPECT_EQ(does<job_changed>(cancel{id}), (job_changed{id, job_state::cancelled, false, 2}));
    EXPECT_EQ(refusal(cancel{id}).code, errc::wrong_state);
  }
  EXPECT_TRUE(does<granted>(claim_of(2)).grants.empty());
  EXPECT_EQ(pass(seconds{10}), 0U);
}

TEST_F(ledger_test, never_completes_a_job_after_its_cancel_was_taken) {
  auto id = submitted();
  auto of = leased();
  EXPECT_EQ(does<job_changed>(cancel{id}), (job_changed{id, job_state::running, true, 3}));
  EXPECT_EQ(does<job_changed>(cancel{id}), (job_changed{id, job_state::running, true, 3}));
  now += seconds{3};
  does<accepted>(complete{of, {"{}", {}, {}}, {}, 0});
  auto j = row(id);
  EXPECT_EQ(j.state, job_state::cancelled);
  EXPECT_EQ(j.outcome, job_result{});
  EXPECT_EQ(*j.completed_at - *j.cancel_requested_at, seconds{3});
  does<accepted>(complete{of, {"{}", {}, {}}, {}, 0});
  EXPECT_TRUE(latest.empty());
}

TEST_F(ledger_test, cancels_a_cancelled_job_however_its_attempt_ends) {
  const std::vector<std::function<command_body(const lease&)>> ends{
      [](const lease& of) {
        return fail{of, attempt_end::failed, {"x", "", true}, {}, 0};
      },
      [](const lease& of) {
        return fail{of, attempt_end::died, {"x", "", true}, {}, 0};
      },
      [](const lease& of) {
        return release{of, attempt_end::cancelled, 0};
      },
      [](const lease& of) {
        return lose_node{of.node, {}};
      },
  };
  for (const auto& end : ends) {
    auto id = submitted();
    auto of = leased();
    does<job_changed>(cancel{id});
    does<accepted>(end(of));
    EXPECT_EQ(row(id).state, job_state::cancelled);
  }
  auto id = submitted();
  leased();
  does<job_changed>(cancel{id});
  pass(limits::hard_timeout_default + limits::timeout_grace);
  EXPECT_EQ(row(id).state, job_state::cancelled);
  EXPECT_EQ(row(id).attempts.back().end, attempt_end::timed_out);
}

TEST_F(ledger_test, retries_a_failed_job_with_a_fresh_budget_and_its_history) {
  auto id = submitted([](job_spec& s) { s.max_attempts = 1; });
  does<accepted>(fail{leased(), attempt_end::failed, {"x", "", true}, {}, 0});
  EXPECT_EQ(does<job_changed>(retry{id}), (job_changed{id, job_state::pending, false, 4}));
  auto j = row(id);
  EXPECT_EQ(j.attempts_counted, 0);
  EXPECT_EQ(j.attempts.size(), 1U);
  EXPECT_FALSE(j.failure || j.completed_at || j.expires_at);
  EXPECT_EQ(leased().attempt, 2);
}

TEST_F(ledger_test, completes_a_cancelled_job_once_it_was_retried) {
  auto id = submitted();
  auto of = leased();
  does<job_changed>(cancel{id});
  does<accepted>(release{of, attempt_end::cancelled, 0});
  does<job_changed>(retry{id});
  EXPECT_EQ(row(id).cancel_requested, false);
  does<accepted>(complete{leased(), {"{}", {}, {}}, {}, 0});
  EXPECT_EQ(row(id).state, job_state::completed);
}

TEST_F(ledger_test, refuses_a_retry_of_anything_else_and_while_another_has_the_key) {
  auto with_key = [](job_spec& s) { s.unique_key = "k"; };
  auto first = submitted(with_key);
  EXPECT_EQ(refusal(retry{first}).code, errc::wrong_state);
  does<job_changed>(cancel{first});
  auto second = submitted(with_key);
  EXPECT_EQ(refusal(retry{first}).code, errc::unique_taken);
  does<job_changed>(cancel{second});
  does<job_changed>(retry{first});
  EXPECT_EQ(refusal(retry{second}).code, errc::unique_taken);
}

TEST_F(ledger_test, refuses_a_retry_over_the_depth_limit) {
  auto id = submitted();
  does<job_changed>(cancel{id});
  configure([](queue_settings& s) { s.depth_max = 1; });
  submitted();
  EXPECT_EQ(refusal(retry{id}).code, errc::queue_full);
}

TEST_F(ledger_test, moves_a_waiting_job_to_its_new_priority) {
  auto first = submitted();
  now += seconds{1};
  auto second = submitted();
  does<job_changed>(reprioritise{second, 10});
  EXPECT_EQ(row(second).version, 2U);
  does<job_changed>(reprioritise{second, 10});
  EXPECT_TRUE(latest.empty());
  EXPECT_EQ(refusal(reprioritise{second, 101}).code, errc::invalid);
  EXPECT_EQ(leased().job, second);
  EXPECT_EQ(refusal(reprioritise{second, 1}).code, errc::wrong_state);
  EXPECT_EQ(leased().job, first);
}

TEST_F(ledger_test, reschedules_between_pending_and_scheduled) {
  auto id = submitted();
  does<job_changed>(reschedule{id, now + seconds{10}});
  EXPECT_EQ(row(id).state, job_state::scheduled);
  does<job_changed>(reschedule{id, now + seconds{20}});
  EXPECT_EQ(pass(seconds{10}), 0U);
  does<job_changed>(reschedule{id, now - seconds{1}});
  EXPECT_EQ(row(id).state, job_state::pending);
  EXPECT_EQ(pass(seconds{10}), 0U);
  leased();
  EXPECT_EQ(refusal(reschedule{id, now}).code, errc::wrong_state);
}

TEST_F(ledger_test, removes_only_jobs_that_have_ended) {
  auto id = submitted();
  EXPECT_EQ(refusal(remove{id}).code, errc::wrong_state);
  leased();
  EXPECT_EQ(refusal(remove{id}).code, errc::wrong_state);
  does<accepted>(lose_node{"node-1", {}});
  does<job_changed>(cancel{id});
  does<accepted>(remove{id});
  EXPECT_EQ(counts(keys::counts_of_log(log)), job_counts{});
  EXPECT_EQ(refusal(remove{id}).code, errc::gone);
}

TEST_F(ledger_test, keeps_the_answer_of_a_command_for_a_repeat) {
  auto id = submitted();
  auto name = some_command();
  auto told = does<job_changed>(cancel{id}, name);
  does<job_changed>(retry{id}, some_command());
  EXPECT_EQ(does<job_changed>(cancel{id}, name), told);
  EXPECT_EQ(row(id).state, job_state::pending);

  pass(limits::answers_kept);
  does<job_changed>(cancel{id}, name);
  EXPECT_EQ(row(id).state, job_state::cancelled);
}

TEST_F(ledger_test, keeps_no_answer_of_a_refusal) {
  auto id = submitted();
  auto name = some_command();
  EXPECT_EQ(refusal(retry{id}, name).code, errc::wrong_state);
  does<job_changed>(cancel{id});
  does<job_changed>(retry{id}, name);
}

TEST_F(ledger_test, answers_not_found_for_a_job_that_never_was) {
  auto id = spec().id;
  const std::vector<command_body> wishes{
      cancel{id},          retry{id},  reprioritise{id, 1},
      reschedule{id, now}, remove{id}, complete{{id, 1, epoch, "node-1", boot(1)}, {}, {}, 0}};
  for (const auto& body : wishes)
    EXPECT_EQ(refusal(body).code, errc::not_found);
}

TEST_F(ledger_test, refuses_jobs_of_another_log) {
  auto foreign = make_job_id(log_number{2}, now, 1);
  EXPECT_EQ(refusal(cancel{foreign}).code, errc::invalid);
  EXPECT_EQ(refusal(release{{foreign, 1, epoch, "node-1", boot(1)}}).code, errc::invalid);
}

} // namespace
} // namespace dure
