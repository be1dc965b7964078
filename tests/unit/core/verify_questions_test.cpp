#include "actors/core/question_keys.hpp"
#include "actors/core/verify.hpp"
#include "tests/unit/core/question_fixture.hpp"

namespace dure {
namespace {

/// Rows of questions that somebody damaged.
class verify_questions_test : public ledger_question_test {
protected:
  /// Returns what is found when the row is put, or is gone.
  std::string found_with(const std::string& key, std::optional<std::string> value) {
    auto damaged = state;
    state_delta damage;
    damage.of(family::questions)[key] = std::move(value);
    damaged.write(damage);
    auto told = verify_rows(damaged, log);
    EXPECT_TRUE(told);
    EXPECT_EQ(told->broken.size(), 1U);
    return told->broken.empty() ? "" : told->broken.front();
  }
};

TEST_F(verify_questions_test, finds_a_work_that_is_led_by_another_works_question) {
  put("1");
  const auto other = put("2");
  const auto key = keys::work(log, "work of 1");
  const auto wrong = "work work of 1 is led by a question that does not bear its name";
  EXPECT_EQ(found_with(key, encode(job_id{other.value})), wrong);
  EXPECT_EQ(found_with(key, encode(spec().id)), wrong) << "nobody's id";
  EXPECT_EQ(found_with(key, "x"), "the row of work work of 1 is unreadable");
}

TEST_F(verify_questions_test, finds_a_debtor_of_a_job_that_does_not_run_or_is_followed) {
  const auto id = put("1");
  const auto followed = put("2");
  for (const auto& g : claimed())
    if (g.of.job == read(id).job)
      does<accepted>(complete{g.of, {"{}", {}, {}}, {}, 0, {}});
  const debtor_row debtor{id, "a"};
  const auto done = read(id).job;
  const auto runs = read(followed).job;
  EXPECT_EQ(found_with(keys::debtor(runs), encode(debtor)),
            "the debtor of job " + to_string(runs) + " is not the only one who waits for it");
  EXPECT_NE(found_with(keys::debtor(runs), "x").find("is unreadable"), std::string::npos);
  const auto gone = spec().id;
  EXPECT_EQ(found_with(keys::debtor(gone), encode(debtor)),
            "the debtor of job " + to_string(gone) + " waits for an end that has been");
  does<question_taken>(answer_question{id, "{}"}); // It lets go of the job, which is removed.
  EXPECT_EQ(found_with(keys::debtor(done), encode(debtor)),
            "the debtor of job " + to_string(done) + " waits for an end that has been");
}

TEST_F(verify_questions_test, accepts_a_debtor_until_the_end_that_it_waits_for) {
  const auto id = put("1");
  const auto of = claimed().at(0).of;
  does<question_taken>(answer_question{id, "{}"});
  EXPECT_TRUE(*state.get(family::questions, keys::debtor(of.job)));
  does<accepted>(release{of, attempt_end::cancelled, 0});
  EXPECT_FALSE(*state.get(family::questions, keys::debtor(of.job)));
}

} // namespace
} // namespace dure
