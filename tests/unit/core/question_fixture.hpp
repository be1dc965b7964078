#pragma once

#include "actors/core/question_queries.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dure {

/// Questions of the sets "a" and "b"; equal texts are equal work.
class ledger_question_test : public ledger_test {
protected:
  job_spec explainer(const std::string& set) {
    auto s = spec();
    s.kind = "question.explain";
    s.queue = questions_queue;
    s.group = set;
    s.tags = {std::string{charged_tag}};
    return s;
  }

  put_question wished(const std::string& text, const std::string& set = "a") {
    put_question p{
        question_id{spec().id.value}, set, "7", "work of " + text, R"({"q":"x"})", {}, {}};
    p.job = explainer(set);
    return p;
  }

  question_id put(const std::string& text, const std::string& set = "a") {
    return does<question_taken>(wished(text, set)).id;
  }

  question read(const question_id& id) {
    auto q = queries::find_question(state, id);
    EXPECT_TRUE(q);
    return q ? *q : question{};
  }

  question_counts set_counts(const std::string& set = "a") {
    auto counts = queries::counts_of_set(state, log, set);
    EXPECT_TRUE(counts);
    return counts ? *counts : question_counts{};
  }

  std::uint64_t many(question_state s, const std::string& set = "a") {
    const auto counts = set_counts(set);
    return count_of(counts, s);
  }

  std::vector<grant> claimed(std::uint32_t jobs = 10) {
    return does<granted>(claim_of(jobs, "question.explain")).grants;
  }

  void complete_all(const std::string& said = R"({"explanation":"e"})") {
    for (const auto& g : claimed())
      does<accepted>(complete{g.of, {said, {}, {}}, {10, 20, 300}, 0, {}});
  }

  fail failure(const lease& of, std::string_view code, bool retryable = true) {
    fail f;
    f.of = of;
    f.failure = {std::string{code}, "It said no.", retryable};
    return f;
  }
};

} // namespace dure
