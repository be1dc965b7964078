#include "actors/core/queries.hpp"
#include "tests/unit/core/question_fixture.hpp"

#include <random>

namespace dure {
namespace {

using std::chrono::seconds;

using s = question_state;

TEST_F(ledger_question_test, a_question_moves_with_its_job_and_ends_in_the_same_record) {
  const auto id = put("1");
  EXPECT_EQ(many(s::pending), 1U);
  const auto grants = claimed();
  EXPECT_EQ(many(s::generating), 1U);
  does<accepted>(
      complete{grants.at(0).of, {R"({"explanation":"e"})", {}, {}}, {10, 20, 300}, 0, {}});
  ASSERT_EQ(latest.size(), 1U) << "one event changes both";
  EXPECT_EQ(read(id).state, s::completed);
  EXPECT_EQ(read(id).answer, R"({"explanation":"e"})");
  EXPECT_EQ(read(id).cost.micros, 300U);
  EXPECT_EQ(set_counts().cost.tokens_out, 20U);
}

TEST_F(ledger_question_test, a_worker_is_handed_the_text_and_the_prompt_that_the_job_names) {
  does<record_changed>(put_record{"prompt/explain/2", R"("Be brief.")", 0, {}});
  auto p = wished("1");
  p.job->tags.push_back("prompt/explain/2");
  does<question_taken>(p);
  EXPECT_EQ(claimed().at(0).spec.input, R"({"question":{"q":"x"},"prompt":"Be brief."})");
}

TEST_F(ledger_question_test, an_answer_that_comes_along_needs_no_job) {
  auto p = wished("1");
  p.answer = R"({"explanation":"mine"})";
  EXPECT_EQ(does<question_taken>(p).state, s::completed);
  EXPECT_TRUE(claimed().empty());
}

TEST_F(ledger_question_test, the_same_put_again_changes_nothing) {
  const auto p = wished("1");
  does<question_taken>(p);
  does<question_taken>(p);
  EXPECT_TRUE(latest.empty());
  EXPECT_EQ(many(s::pending), 1U);
}

TEST_F(ledger_question_test, equal_work_in_flight_is_joined_over_sets_and_kept_work_is_used_again) {
  const auto first = put("1");
  const auto second = put("1", "b");
  EXPECT_EQ(read(first).job, read(second).job);
  EXPECT_EQ(claimed().size(), 1U);
  EXPECT_EQ(many(s::generating, "b"), 1U);
  const auto of = live_lease(row(read(first).job));
  does<accepted>(complete{of, {R"({"explanation":"e"})", {}, {}}, {1, 1, 5}, 0, {}});
  EXPECT_EQ(read(second).state, s::completed);
  EXPECT_EQ(read(first).cost.micros + read(second).cost.micros, 5U) << "paid once";
  EXPECT_EQ(read(put("1", "b")).answer, R"({"explanation":"e"})");
  EXPECT_TRUE(claimed().empty());
}

TEST_F(ledger_question_test, equal_work_is_led_by_another_question_when_its_first_one_leaves) {
  const auto first = put("1");
  const auto second = put("1", "b");
  does<question_taken>(answer_question{first, R"({"explanation":"by hand"})"});
  const auto third = put("1");
  EXPECT_EQ(read(third).job, read(second).job) << "in flight";
  complete_all();
  does<accepted>(remove_question{second});
  EXPECT_EQ(read(put("1", "b")).answer, R"({"explanation":"e"})") << "kept";
}

TEST_F(ledger_question_test, asking_anew_makes_another_job_and_drops_the_old_one) {
  const auto id = put("1");
  complete_all();
  const auto old = read(id).job;
  does<question_taken>(ask_question{id, "work of 1", explainer("a"), true});
  EXPECT_NE(read(id).job, old);
  EXPECT_EQ(read(id).state, s::pending);
  EXPECT_FALSE(promised_job(state, old));
  complete_all(R"({"explanation":"newer"})");
  EXPECT_EQ(read(id).answer, R"({"explanation":"newer"})");
}

TEST_F(ledger_question_test, a_failed_question_is_retried_and_its_reason_is_counted) {
  const auto id = put("1");
  does<accepted>(failure(claimed().at(0).of, "answer_empty", false));
  EXPECT_EQ(many(s::failed), 1U);
  ASSERT_EQ(set_counts().failures.size(), 1U);
  EXPECT_EQ(set_counts().failures[0].code, "answer_empty");
  does<question_taken>(ask_question{id, "work of 1", explainer("a"), false});
  EXPECT_EQ(many(s::pending), 1U);
  EXPECT_TRUE(set_counts().failures.empty());
}

TEST_F(ledger_question_test,
       an_answer_by_hand_cancels_the_job_unless_another_question_waits_for_it) {
  const auto alone = put("1");
  const auto job = read(alone).job;
  does<question_taken>(answer_question{alone, R"({"explanation":"by hand"})"});
  EXPECT_EQ(row(job).state, job_state::cancelled);
  const auto first = put("2");
  const auto second = put("2");
  does<question_taken>(answer_question{first, R"({"explanation":"by hand"})"});
  EXPECT_EQ(row(read(second).job).state, job_state::pending);
  complete_all();
  EXPECT_EQ(read(first).answer, R"({"explanation":"by hand"})");
  EXPECT_EQ(read(second).answer, R"({"explanation":"e"})");
}

TEST_F(ledger_question_test, a_late_result_does_not_overwrite_an_answer_by_hand) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  does<question_taken>(answer_question{id, R"({"explanation":"by hand"})"});
  does<accepted>(complete{of, {R"({"explanation":"late"})", {}, {}}, {1, 1, 5}, 0, {}});
  EXPECT_EQ(read(id).answer, R"({"explanation":"by hand"})");
}

TEST_F(ledger_question_test, cancelling_and_removing_leave_no_row_behind) {
  const auto id = put("1");
  does<question_taken>(cancel_question{id});
  EXPECT_EQ(read(id).failure->code, "cancelled");
  does<accepted>(remove_question{id});
  const auto other = put("2");
  const auto of = claimed().at(0).of;
  does<accepted>(remove_question{other});
  does<accepted>(release{of, attempt_end::cancelled, 0});
  EXPECT_EQ(set_counts(), question_counts{});
  EXPECT_EQ(refusal(answer_question{id, "{}"}).code, errc::not_found);
}

TEST_F(ledger_question_test, a_lost_node_books_a_request_that_may_have_been_charged) {
  const auto id = put("1");
  claimed();
  does<accepted>(lose_node{"node-1", {}});
  EXPECT_EQ(read(id).possibly_charged, 1U);
  EXPECT_EQ(read(id).state, s::pending);
}

TEST_F(ledger_question_test, a_lost_answer_is_booked_once_by_whoever_tells_of_it) {
  const auto id = put("1");
  auto f = failure(claimed().at(0).of, code_timeout);
  f.end = attempt_end::timed_out;
  f.possibly_charged = true;
  does<accepted>(f);
  EXPECT_EQ(read(id).possibly_charged, 1U);
}

TEST_F(ledger_question_test, a_success_between_failures_counts_without_a_tag_too) {
  for (int i = 0; i < 12; ++i) {
    auto p = wished("q" + std::to_string(i));
    p.job->tags.clear(); // Made before its workers were given a provider.
    does<question_taken>(p);
  }
  const auto grants = claimed(12);
  ASSERT_EQ(grants.size(), 12U);
  for (std::size_t i = 0; i < grants.size(); i += 2) {
    does<accepted>(failure(grants[i].of, code_unavailable));
    does<accepted>(complete{grants[i + 1].of, {"{}", {}, {}}, {}, 0, {}});
  }
  EXPECT_EQ(queries::provider_of(state, log)->failures, 0U);
}

TEST_F(ledger_question_test, a_provider_that_is_away_pauses_the_queue_probes_and_fails_nobody) {
  for (int i = 0; i < 10; ++i)
    put("q" + std::to_string(i));
  const auto grants = claimed(8);
  for (std::size_t i = 0; i < provider_failures_max; ++i)
    does<accepted>(failure(grants[i].of, code_unavailable));
  EXPECT_TRUE(claimed().empty());
  const auto why = queries::why_waiting(state, row(read(put("later")).job), now);
  ASSERT_TRUE(why && *why);
  EXPECT_EQ((*why)->reason, queries::wait_reason::provider);
  for (std::size_t i = provider_failures_max; i < grants.size(); ++i)
    does<accepted>(release{grants[i].of, attempt_end::released, 0});
  pass(seconds{6});
  auto probe = claimed();
  ASSERT_EQ(probe.size(), 1U);
  EXPECT_TRUE(claimed().empty()) << "one probe at a time";
  does<accepted>(failure(probe[0].of, code_unavailable));
  EXPECT_EQ(row(probe[0].of.job).attempts_counted, 0U + row(probe[0].of.job).attempts.size() - 1);
  pass(seconds{11});
  probe = claimed();
  ASSERT_EQ(probe.size(), 1U);
  does<accepted>(complete{probe[0].of, {"{}", {}, {}}, {}, 0, {}});
  EXPECT_GT(claimed().size(), 1U);
}

TEST_F(ledger_question_test, a_retry_after_holds_the_whole_queue_back) {
  put("1");
  put("2");
  auto f = failure(claimed(1).at(0).of, code_rate_limited);
  f.retry_not_before = now + seconds{40};
  does<accepted>(f);
  pass(seconds{39});
  EXPECT_TRUE(claimed().empty());
  pass(seconds{1});
  EXPECT_EQ(claimed().size(), 2U);
}

TEST_F(ledger_question_test, says_how_long_the_quota_makes_a_question_wait) {
  configure([](queue_settings& q) { q.rate.requests_per_minute = 60; });
  for (int i = 0; i < 40; ++i)
    put("q" + std::to_string(i));
  const auto why = queries::why_waiting(state, row(read(put("last")).job), now);
  ASSERT_TRUE(why && *why);
  EXPECT_EQ((*why)->reason, queries::wait_reason::quota);
  EXPECT_EQ((*why)->detail, "waiting for model quota, about 42 s");
}

/// The fixture holds counters and followers against the questions after every command.
TEST_F(ledger_question_test, counters_equal_the_questions_whatever_is_wished) {
  std::mt19937_64 dice{20};
  std::vector<question_id> ids;
  std::vector<lease> leases;
  int reached[5]{};
  const auto any = [&](std::size_t n) { return static_cast<std::size_t>(dice() % n); };
  const auto any_text = [&] { return std::to_string(any(12)); };
  const auto any_set = [&] { return std::string{any(2) == 0 ? "a" : "b"}; };
  const auto any_id = [&] { return ids.empty() ? question_id{} : ids[any(ids.size())]; };
  const auto any_lease = [&] { return leases.empty() ? lease{} : leases[any(leases.size())]; };
  for (int i = 0; i < 600; ++i) {
    now += milliseconds{static_cast<std::int64_t>(any(4'000))};
    command_body body = lose_node{"node-1", {}};
    switch (any(12)) {
    case 0:
    case 1:
    case 2:
      body = wished(any_text(), any_set());
      ids.push_back(std::get<put_question>(body).id);
      break;
    case 3:
    case 4:
      body = claim_of(3, "question.explain");
      break;
    case 5:
    case 6:
      body = complete{any_lease(), {R"({"e":1})", {}, {}}, {1, 2, 3}, 0, {}};
      break;
    case 7:
      body = failure(any_lease(), any(2) == 0 ? "answer_empty" : "provider_timeout", any(2) == 0);
      break;
    case 8:
      body = answer_question{any_id(), "{}"};
      break;
    case 9:
      body = ask_question{any_id(), "work of " + any_text(), explainer(any_set()), any(2) == 0};
      break;
    case 10:
      body = cancel_question{any_id()};
      break;
    default:
      if (any(2) == 0)
        body = remove_question{any_id()};
    }
    const auto told = wish(body);
    if (told)
      if (const auto* got = std::get_if<granted>(&*told))
        for (const auto& g : got->grants)
          leases.push_back(g.of);
    if (any(6) == 0)
      pass({});
    for (const auto& set : {"a", "b"})
      for (std::size_t state_number = 1; state_number <= question_state_count; ++state_number)
        reached[state_number] += many(static_cast<s>(state_number), set) > 0 ? 1 : 0;
  }
  for (std::size_t state_number = 1; state_number <= question_state_count; ++state_number)
    EXPECT_GT(reached[state_number], 0) << "never reached: " << state_number;
}

} // namespace
} // namespace dure
