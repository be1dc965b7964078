#include "actors/core/event_codec.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/queries.hpp"
#include "tests/unit/core/question_fixture.hpp"

#include <map>

namespace dure {
namespace {

using s = question_state;
using std::chrono::seconds;

/// Requests that cost something, or may have, and end otherwise than by an answer.
class ledger_charge_test : public ledger_question_test {
protected:
  static constexpr job_cost some{10, 20, 300};

  release stopped(const lease& of, attempt_end end = attempt_end::cancelled) {
    return {of, end, 0, some, true};
  }

  fail timeout(const lease& of) {
    auto f = failure(of, code_timeout);
    f.possibly_charged = true;
    return f;
  }

  static std::vector<event_type> types_of(const std::vector<event>& events) {
    std::vector<event_type> types;
    for (const auto& e : events)
      types.push_back(type_of(e));
    return types;
  }

  /// Makes the provider count as down by questions of another set, which it leaves pending.
  void take_down() {
    for (std::size_t i = 0; i < provider_failures_max; ++i)
      put("down" + std::to_string(i), "other");
    for (const auto& g : claimed(provider_failures_max))
      does<accepted>(failure(g.of, code_unavailable));
  }
};

TEST_F(ledger_charge_test, a_cancel_books_the_request_that_was_in_flight) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  does<question_taken>(cancel_question{id});
  does<accepted>(stopped(of));
  EXPECT_EQ(read(id).state, s::failed);
  EXPECT_EQ(read(id).cost, some);
  EXPECT_EQ(read(id).possibly_charged, 1U);
  EXPECT_EQ(set_counts().cost, some);
  EXPECT_EQ(set_counts().possibly_charged, 1U);
  does<accepted>(stopped(of));
  EXPECT_EQ(read(id).possibly_charged, 1U) << "a repeat";
}

TEST_F(ledger_charge_test, an_answer_by_hand_still_pays_for_what_was_asked) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  does<question_taken>(answer_question{id, R"({"explanation":"by hand"})"});
  does<accepted>(stopped(of));
  EXPECT_EQ(read(id).answer, R"({"explanation":"by hand"})");
  EXPECT_EQ(read(id).cost, some);
  EXPECT_EQ(read(id).possibly_charged, 1U);
  EXPECT_EQ(set_counts().possibly_charged, 1U);
}

TEST_F(ledger_charge_test, a_late_result_is_paid_by_the_question_that_was_answered_by_hand) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  does<question_taken>(answer_question{id, R"({"explanation":"by hand"})"});
  does<accepted>(complete{of, {R"({"explanation":"late"})", {}, {}}, some, 0, {}});
  EXPECT_EQ(read(id).cost, some);
}

TEST_F(ledger_charge_test, an_answer_that_does_not_say_what_it_cost_is_counted_as_perhaps_paid) {
  for (std::size_t i = 0; i + 1 < provider_failures_max; ++i)
    put("down" + std::to_string(i), "other");
  for (const auto& g : claimed())
    does<accepted>(failure(g.of, code_unavailable));
  const auto id = put("1");
  complete c{claimed().at(0).of, {R"({"explanation":"e"})", {}, {}}, {}, 0, {}, false, true};
  does<accepted>(c);
  EXPECT_EQ(types_of(latest), (std::vector{event_type::cost_booked, event_type::job_completed,
                                           event_type::work_disowned, event_type::provider_seen}));
  EXPECT_EQ(read(id).state, s::completed);
  EXPECT_EQ(read(id).possibly_charged, 1U);
  EXPECT_EQ(set_counts().possibly_charged, 1U);
  does<accepted>(c);
  EXPECT_EQ(read(id).possibly_charged, 1U) << "a repeat";
}

TEST_F(ledger_charge_test, a_late_answer_that_does_not_say_what_it_cost_is_counted_too) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  does<question_taken>(answer_question{id, R"({"explanation":"by hand"})"});
  does<accepted>(complete{of, {"{}", {}, {}}, {}, 0, {}, true, true});
  EXPECT_EQ(read(id).possibly_charged, 1U);
}

TEST_F(ledger_charge_test, a_removed_question_leaves_its_charge_with_its_set) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  put("2");
  does<accepted>(remove_question{id});
  does<accepted>(stopped(of));
  EXPECT_EQ(set_counts().cost, some);
  EXPECT_EQ(set_counts().possibly_charged, 1U);
}

TEST_F(ledger_charge_test, a_shared_question_leaves_its_charge_with_its_own_set) {
  const auto first = put("1");
  const auto joined = put("1", "b");
  put("2");
  put("3", "b");
  const auto job = read(first).job;
  claimed();
  does<accepted>(remove_question{first});
  does<accepted>(remove_question{joined});
  does<accepted>(stopped(live_lease(row(job))));
  EXPECT_EQ(set_counts("a").cost, job_cost{});
  EXPECT_EQ(set_counts("b").cost, some);
  EXPECT_EQ(set_counts("b").possibly_charged, 1U);
}

TEST_F(ledger_charge_test, a_question_removed_after_it_was_answered_by_hand_leaves_its_charge_too) {
  const auto first = put("1");
  const auto joined = put("1", "b");
  put("3", "b");
  const auto job = read(first).job;
  claimed();
  does<question_taken>(answer_question{first, R"({"explanation":"by hand"})"});
  does<question_taken>(answer_question{joined, R"({"explanation":"by hand"})"});
  does<accepted>(remove_question{joined});
  does<accepted>(stopped(live_lease(row(job))));
  EXPECT_EQ(read(first).cost, job_cost{});
  EXPECT_EQ(set_counts("b").cost, some);
}

TEST_F(ledger_charge_test, a_set_that_is_gone_comes_not_back_for_a_charge) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  does<accepted>(remove_question{id});
  does<accepted>(stopped(of));
  EXPECT_EQ(set_counts(), question_counts{});
}

TEST_F(ledger_charge_test, a_drain_books_the_request_and_the_job_goes_on) {
  const auto id = put("1");
  does<accepted>(stopped(claimed().at(0).of, attempt_end::released));
  EXPECT_EQ(read(id).state, s::pending);
  EXPECT_EQ(read(id).cost, some);
  EXPECT_EQ(read(id).possibly_charged, 1U);
  EXPECT_EQ(row(read(id).job).attempts_counted, 0);
}

TEST_F(ledger_charge_test, a_handler_that_was_ended_unheard_may_have_asked_if_it_asks_anybody) {
  const auto id = put("1");
  auto free = wished("2");
  free.job->tags.clear();
  const auto other = does<question_taken>(free).id;
  for (const auto& g : claimed())
    does<accepted>(release{g.of, attempt_end::released, 0, {}, false, true});
  EXPECT_EQ(read(id).possibly_charged, 1U);
  EXPECT_EQ(read(other).possibly_charged, 0U);
}

TEST_F(ledger_charge_test, no_job_is_paid_more_often_than_it_may_be_tried_and_spared) {
  const auto id = put("1");
  std::map<int, int> asked;
  for (int ending = 0; ending < 100; ++ending) {
    const auto grants = claimed();
    if (grants.empty()) {
      pass(seconds{3'600});
      if (!is_live(read(id).state))
        break;
      continue;
    }
    const auto of = grants.at(0).of;
    const int how = ending % 3;
    ++asked[how];
    if (how == 0)
      does<accepted>(lose_node{"node-1", {}});
    else if (how == 1)
      does<accepted>(stopped(of, attempt_end::released));
    else
      does<accepted>(timeout(of));
  }
  EXPECT_EQ(read(id).state, s::failed);
  EXPECT_LE(asked[0] + asked[1] + asked[2], limits::charges_spared_max + limits::attempts_default);
  EXPECT_EQ(read(id).possibly_charged, 6U);
}

TEST_F(ledger_charge_test,
       questions_that_always_time_out_end_although_the_provider_counts_as_down) {
  const auto first = put("1");
  const auto second = put("2");
  std::map<job_id, int> asked;
  for (int i = 0; i < 200 && (is_live(read(first).state) || is_live(read(second).state)); ++i) {
    for (const auto& g : claimed()) {
      ++asked[g.of.job];
      does<accepted>(timeout(g.of));
    }
    pass(seconds{61});
  }
  for (const auto& id : {first, second}) {
    EXPECT_EQ(read(id).state, s::failed);
    ASSERT_TRUE(read(id).failure);
    EXPECT_EQ(read(id).failure->code, code_timeout);
    EXPECT_LE(read(id).possibly_charged, 6U);
  }
  for (const auto& [job, times] : asked)
    EXPECT_LE(times, 6);
}

TEST_F(ledger_charge_test, what_costs_nothing_is_free_while_the_provider_is_away) {
  take_down();
  const auto id = put("1");
  for (int i = 0; i < 60; ++i) {
    pass(seconds{61});
    for (const auto& g : claimed())
      does<accepted>(failure(g.of, i % 2 == 0 ? code_unavailable : code_rate_limited));
  }
  EXPECT_TRUE(is_live(read(id).state));
  EXPECT_EQ(set_counts("other").by_state[static_cast<std::size_t>(s::failed) - 1], 0U);
  EXPECT_EQ(row(read(id).job).spared, 0);
}

TEST_F(ledger_charge_test, a_refused_key_stops_the_queue_at_once_and_burns_no_question) {
  for (int i = 0; i < 10; ++i)
    put("q" + std::to_string(i));
  const auto grants = claimed(3);
  for (const auto& g : grants)
    does<accepted>(failure(g.of, code_key_refused));
  EXPECT_TRUE(claimed().empty());
  const auto why = queries::why_waiting(state, row(grants[0].of.job), now);
  ASSERT_TRUE(why && *why);
  EXPECT_EQ((*why)->reason, queries::wait_reason::provider);
  for (int i = 0; i < 40; ++i) {
    pass(seconds{61});
    const auto probe = claimed();
    ASSERT_EQ(probe.size(), 1U) << "one at a time";
    does<accepted>(failure(probe[0].of, code_key_refused));
  }
  EXPECT_EQ(many(s::failed), 0U);
  for (int i = 0; i < 4; ++i) { // The key is mended.
    pass(seconds{61});
    complete_all();
  }
  EXPECT_EQ(many(s::completed), 10U);
}

TEST_F(ledger_charge_test,
       a_question_that_is_refused_like_a_key_does_not_stop_the_others_for_ever) {
  const auto odd = put("odd");
  for (int i = 0; i < 40; ++i)
    put("q" + std::to_string(i));
  for (int i = 0; i < 400 && is_live(read(odd).state); ++i) {
    for (const auto& g : claimed(2))
      if (g.of.job == read(odd).job)
        does<accepted>(failure(g.of, code_key_refused));
      else
        does<accepted>(complete{g.of, {"{}", {}, {}}, {}, 0, {}});
    pass(seconds{1});
    put("more" + std::to_string(i));
  }
  EXPECT_EQ(read(odd).state, s::failed);
  EXPECT_EQ(read(odd).failure->code, code_key_refused);
}

TEST_F(ledger_charge_test, a_question_that_alone_is_refused_like_a_key_ends_within_hours) {
  const auto odd = put("odd");
  std::size_t asked = 0;
  while (is_live(read(odd).state) && now < start + std::chrono::hours{5}) {
    for (const auto& g : claimed()) {
      does<accepted>(failure(g.of, code_key_refused));
      ++asked;
    }
    pass(seconds{30});
  }
  EXPECT_EQ(read(odd).state, s::failed);
  EXPECT_EQ(read(odd).failure->code, code_key_refused);
  EXPECT_EQ(asked, 100U);
  const auto next = put("1");
  pass(seconds{61});
  complete_all();
  EXPECT_EQ(read(next).state, s::completed);
}

TEST_F(ledger_charge_test, an_answer_of_another_maker_stays_with_its_questions_only) {
  const auto id = put("1");
  const auto beside = put("1", "b");
  complete c{claimed().at(0).of, {R"({"model":"B"})", {}, {}}, some, 0, {}};
  c.reusable = false;
  does<accepted>(c);
  EXPECT_EQ(read(id).answer, R"({"model":"B"})");
  EXPECT_EQ(read(beside).answer, R"({"model":"B"})");
  EXPECT_EQ(read(put("1")).state, s::pending) << "equal work is asked for again";
  complete_all(R"({"model":"A"})");
  EXPECT_EQ(read(put("1")).answer, R"({"model":"A"})");
}

TEST_F(ledger_charge_test, a_text_whose_first_question_was_removed_can_be_put_again) {
  const auto first = put("1");
  complete c{claimed().at(0).of, {R"({"model":"B"})", {}, {}}, some, 0, {}};
  c.reusable = false;
  does<accepted>(c);
  does<accepted>(remove_question{first});
  EXPECT_EQ(read(put("1")).state, s::pending);
}

} // namespace
} // namespace dure
