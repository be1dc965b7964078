#include "actors/core/verify_questions.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/lookup.hpp"
#include "actors/core/question_keys.hpp"
#include "actors/core/verify.hpp"

#include <algorithm>
#include <map>

namespace dure {

namespace {

/// What a set's questions say together, but for failure codes, which are folded beyond a number.
struct recount {
  std::array<std::uint64_t, question_state_count> by_state{};
  std::uint64_t failures = 0;
};

class question_check {
public:
  question_check(const state_reader& state, log_number log, std::vector<std::string>& broken)
      : state_{state}, log_{log}, broken_{broken} {}

  result<void> run() {
    if (auto walked = walk('q', [this](auto key, auto value) { return look_at(key, value); });
        !walked)
      return walked;
    if (auto walked = walk('n', [this](auto key, auto value) { return compare(key, value); });
        !walked)
      return walked;
    for (const auto& [set, counts] : counted_)
      say("the counter of set " + set + " is missing");
    if (auto walked = walk('w', [this](auto key, auto value) { return look_at_work(key, value); });
        !walked)
      return walked;
    if (auto walked = walk('d', [this](auto key, auto value) { return look_at_debt(key, value); });
        !walked)
      return walked;
    if (auto walked = expect_rows('j', followers_); !walked)
      return walked;
    if (auto walked = expect_rows('s', questions_); !walked)
      return walked;
    return expect_rows('t', questions_);
  }

private:
  void say(std::string sentence) {
    if (broken_.size() < broken_rules_max)
      broken_.push_back(std::move(sentence));
  }

  template <class Visit> result<void> walk(char letter, Visit visit) {
    result<void> outcome{};
    auto scanned =
        state_.scan(family::questions, keys::questions_with(log_, letter), scan_order::ascending,
                    [&](std::string_view key, std::string_view value) {
                      outcome = visit(key, value);
                      return bool{outcome};
                    });
    return scanned ? outcome : scanned;
  }

  result<void> look_at(std::string_view key, std::string_view value) {
    auto q = decode_row<question>(value);
    if (!q) {
      say("a question's row is unreadable: " + q.error().context);
      return {};
    }
    ++questions_;
    const auto name = "question " + to_string(q->id);
    if (key != keys::question(q->id))
      say(name + " lies under another id");
    auto& sum = counted_[q->set];
    ++sum.by_state[static_cast<std::size_t>(q->state) - 1];
    sum.failures += q->failure ? 1 : 0;
    if (q->failure.has_value() != (q->state == question_state::failed))
      say(name + " failed without a reason, or has a reason and did not");
    if (q->state == question_state::completed && q->answer.empty())
      say(name + " is completed without an answer");
    return q->job == job_id{} ? without_job(*q, name) : beside_job(*q, name);
  }

  result<void> without_job(const question& q, const std::string& name) {
    if (is_live(q.state))
      say(name + " waits for no job");
    return {};
  }

  result<void> beside_job(const question& q, const std::string& name) {
    ++followers_;
    auto j = find_row<job>(state_, family::jobs, keys::job(q.job));
    if (!j)
      return j.error();
    if (!*j)
      say(name + " follows a job that is not there");
    else if (state_under((*j)->state) != q.state)
      say(name + " is " + std::string{to_string(q.state)} + " while its job is " +
          std::string{to_string((*j)->state)});
    auto row = state_.get(family::questions, keys::follower(q.job, q.id));
    if (!row)
      return row.error();
    if (!*row)
      say(name + " is not among the followers of its job");
    return {};
  }

  result<void> compare(std::string_view key, std::string_view value) {
    auto row = decode_row<question_counts>(value);
    const std::string set{keys::after_log(key).substr(1)};
    auto counted = counted_.extract(set);
    const auto wanted = counted.empty() ? recount{} : counted.mapped();
    std::uint64_t failures = 0;
    if (row)
      for (const auto& f : row->failures)
        failures += f.questions;
    if (!row || row->by_state != wanted.by_state || failures != wanted.failures)
      say("the counter of set " + set + " differs from its recount");
    return {};
  }

  /// Whoever leads a work bears its name. That nobody leads one is no fault: it is asked for again.
  result<void> look_at_work(std::string_view key, std::string_view value) {
    const std::string work{keys::after_log(key).substr(1)};
    auto id = decode_row<job_id>(value);
    if (!id) {
      say("the row of work " + work + " is unreadable");
      return {};
    }
    auto q = find_row<question>(state_, family::questions, keys::question({id->value}));
    if (!q)
      return q.error();
    if (!*q || (*q)->work != work)
      say("work " + work + " is led by a question that does not bear its name");
    return {};
  }

  /// Somebody pays for a job while it runs and nobody follows it.
  result<void> look_at_debt(std::string_view key, std::string_view value) {
    const auto id = keys::job_at_end(key).value_or(job_id{});
    const auto name = "the debtor of job " + to_string(id);
    if (!decode_row<debtor_row>(value) || key != keys::debtor(id)) {
      say(name + " is unreadable");
      return {};
    }
    auto j = find_row<job>(state_, family::jobs, keys::job(id));
    if (!j)
      return j.error();
    if (!*j || (*j)->state != job_state::running)
      say(name + " waits for an end that has been");
    return state_.scan(family::questions, keys::followers_of(id), scan_order::ascending,
                       [&](auto, auto) {
                         say(name + " is not the only one who waits for it");
                         return false;
                       });
  }

  result<void> expect_rows(char letter, std::uint64_t expected) {
    std::uint64_t rows = 0;
    auto walked = walk(letter, [&rows](auto, auto) {
      ++rows;
      return result<void>{};
    });
    if (rows != expected)
      say(std::string{"rows '"} + letter + "' of questions are " + std::to_string(rows) +
          " instead of " + std::to_string(expected));
    return walked;
  }

  const state_reader& state_;
  log_number log_;
  std::vector<std::string>& broken_;
  std::map<std::string, recount> counted_;
  std::uint64_t questions_ = 0;
  std::uint64_t followers_ = 0;
};

} // namespace

result<void> verify_questions(const state_reader& state, log_number log,
                              std::vector<std::string>& broken) {
  return question_check{state, log, broken}.run();
}

} // namespace dure
