#include "actors/core/blob_uses.hpp"
#include "actors/core/limits.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

class ledger_files : public ledger_test {
protected:
  static blob_ref blob(char letter, std::uint64_t bytes = 10) {
    return {std::string(64, letter), bytes, "name", "text/plain"};
  }

  std::vector<std::string> names_of(const job_id& id) {
    auto found = queries::artifacts_of(state, row(id), {}, limits::artifacts_max);
    EXPECT_TRUE(found);
    std::vector<std::string> said;
    for (const auto& a : *found)
      said.push_back(a.name + "=" + a.blob.sha256.substr(0, 1));
    return said;
  }

  bool is_used(char letter) {
    auto used = queries::is_blob_used(state, log, std::string(64, letter));
    EXPECT_TRUE(used);
    return used && *used;
  }

  bool is_needed(char letter, std::size_t users_max = 100) {
    auto needed = queries::is_blob_needed(state, log, std::string(64, letter), users_max);
    EXPECT_TRUE(needed);
    return needed && *needed;
  }

  fail failure_of(const lease& of) {
    return {of, attempt_end::failed, {"broken", "", false}, {}, 0};
  }

  using names = std::vector<std::string>;
};

TEST_F(ledger_files, shows_what_a_running_attempt_has_made) {
  auto id = submitted();
  auto of = leased();
  does<accepted>(add_artifacts{of, {{"page-1", blob('a')}, {"text", blob('b')}}});
  EXPECT_EQ(row(id).state, job_state::running);
  EXPECT_EQ(names_of(id), (names{"page-1=a", "text=b"}));
  EXPECT_TRUE(is_used('a'));
}

TEST_F(ledger_files, lets_the_newest_of_a_name_win) {
  auto id = submitted();
  auto of = leased();
  does<accepted>(add_artifacts{of, {{"text", blob('a')}, {"text", blob('b')}}});
  EXPECT_EQ(names_of(id), names{"text=b"});
  does<accepted>(add_artifacts{of, {{"text", blob('c')}}});
  EXPECT_EQ(names_of(id), names{"text=c"});
  EXPECT_FALSE(is_used('b'));
}

TEST_F(ledger_files, takes_a_repeat_without_an_event) {
  submitted();
  auto of = leased();
  does<accepted>(add_artifacts{of, {{"text", blob('a')}}});
  does<accepted>(add_artifacts{of, {{"text", blob('a')}}});
  EXPECT_TRUE(latest.empty());
}

TEST_F(ledger_files, takes_none_of_a_stale_lease) {
  submitted();
  auto of = leased();
  auto stale = of;
  ++stale.attempt;
  EXPECT_EQ(refusal(add_artifacts{stale, {{"text", blob('a')}}}).code, errc::stale_lease);
  does<accepted>(complete{of, {"{}", {}, {}}, {}, 0});
  EXPECT_EQ(refusal(add_artifacts{of, {{"text", blob('a')}}}).code, errc::stale_lease);
}

TEST_F(ledger_files, keeps_what_was_made_when_the_job_fails) {
  auto id = submitted();
  auto of = leased();
  does<accepted>(add_artifacts{of, {{"page-1", blob('a')}}});
  does<accepted>(failure_of(of));
  EXPECT_EQ(row(id).state, job_state::failed);
  EXPECT_EQ(names_of(id), names{"page-1=a"});
}

TEST_F(ledger_files, forgets_what_was_made_when_another_attempt_begins) {
  auto id = submitted();
  auto of = leased();
  does<accepted>(add_artifacts{of, {{"page-1", blob('a')}}});
  does<accepted>(keep_log{of, blob('d')});
  does<accepted>(failure_of(of));
  does<job_changed>(retry{id});
  EXPECT_EQ(names_of(id), names{"page-1=a"});
  leased();
  EXPECT_EQ(names_of(id), names{});
  EXPECT_FALSE(is_used('a'));
  EXPECT_TRUE(is_used('d')) << "what an attempt said stays";
}

TEST_F(ledger_files, frees_every_blob_of_a_job_that_is_removed) {
  auto id = submitted([](job_spec& s) { s.input_file = blob('e'); });
  auto of = leased();
  does<accepted>(add_artifacts{of, {{"text", blob('a')}}});
  does<accepted>(keep_log{of, blob('d')});
  does<accepted>(complete{of, {{}, blob('f'), {}}, {}, 0});
  for (char letter : {'e', 'a', 'd', 'f'})
    EXPECT_TRUE(is_used(letter)) << letter;
  does<accepted>(remove{id});
  for (char letter : {'e', 'a', 'd', 'f'})
    EXPECT_FALSE(is_used(letter)) << letter;
}

TEST_F(ledger_files, knows_a_blob_as_used_until_its_last_user_is_gone) {
  auto first = submitted([](job_spec& s) { s.input_file = blob('e'); });
  auto second = submitted([](job_spec& s) { s.input_file = blob('e'); });
  does<job_changed>(cancel{first});
  does<job_changed>(cancel{second});
  does<accepted>(remove{first});
  EXPECT_TRUE(is_used('e'));
  does<accepted>(remove{second});
  EXPECT_FALSE(is_used('e'));
}

TEST_F(ledger_files, needs_an_input_only_while_a_job_with_it_lives) {
  auto first = submitted([](job_spec& s) { s.input_file = blob('e'); });
  auto second = submitted([](job_spec& s) { s.input_file = blob('e'); });
  does<job_changed>(cancel{first});
  EXPECT_TRUE(is_needed('e'));
  does<job_changed>(cancel{second});
  EXPECT_FALSE(is_needed('e'));
  EXPECT_TRUE(is_needed('e', 1)) << "two users are too many to look at";
}

TEST_F(ledger_files, bounds_how_many_there_are) {
  submitted();
  auto of = leased();
  for (std::size_t made = 0; made < limits::artifacts_max;) {
    add_artifacts batch{of, {}};
    for (; batch.artifacts.size() < limits::artifacts_batch_max; ++made)
      batch.artifacts.push_back({"page-" + std::to_string(made), blob('a')});
    does<accepted>(batch);
  }
  EXPECT_EQ(refusal(add_artifacts{of, {{"more", blob('b')}}}).code, errc::too_large);
  does<accepted>(add_artifacts{of, {{"page-0", blob('b')}}});
}

TEST_F(ledger_files, leaves_the_jobs_row_as_small_as_it_was) {
  auto id = submitted();
  auto of = leased();
  const auto before = encode(row(id));
  does<accepted>(add_artifacts{of, {{"a", blob('a')}, {"b", blob('b')}}});
  EXPECT_EQ(encode(row(id)), before);
}

TEST_F(ledger_files, lists_by_name_and_in_pages) {
  auto id = submitted();
  auto of = leased();
  does<accepted>(add_artifacts{of, {{"c", blob('c')}, {"a", blob('a')}, {"b", blob('b')}}});
  auto page = queries::artifacts_of(state, row(id), "a", 1);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->size(), 1U);
  EXPECT_EQ(page->front().name, "b");
  auto found = queries::find_artifact(state, row(id), "c");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->blob, blob('c'));
  EXPECT_EQ(queries::find_artifact(state, row(id), "d").error().code, errc::not_found);
}

TEST_F(ledger_files, finds_those_that_came_with_a_result) {
  auto id = submitted();
  auto of = leased();
  does<accepted>(complete{of, {"{}", {}, {{"text", blob('9')}}}, {}, 0});
  EXPECT_EQ(names_of(id), names{"text=9"});
  EXPECT_TRUE(queries::find_artifact(state, row(id), "text"));
  EXPECT_TRUE(is_used('9'));
}

TEST_F(ledger_files, keeps_the_log_of_each_attempt_even_after_its_end) {
  auto id = submitted();
  auto first = leased();
  does<accepted>(failure_of(first));
  does<accepted>(keep_log{first, blob('1')});
  does<job_changed>(retry{id});
  auto second = leased();
  does<accepted>(keep_log{second, blob('2')});
  auto logs = queries::logs_of(state, id);
  ASSERT_TRUE(logs);
  ASSERT_EQ(logs->size(), 2U);
  EXPECT_EQ((*logs)[0], (queries::kept_log{first.attempt, blob('1')}));
  EXPECT_EQ((*logs)[1], (queries::kept_log{second.attempt, blob('2')}));
  auto unknown = second;
  unknown.attempt = 9;
  EXPECT_EQ(refusal(keep_log{unknown, blob('3')}).code, errc::stale_lease);
}

TEST_F(ledger_files, forgets_the_logs_of_attempts_that_its_history_forgets) {
  auto id = submitted();
  for (std::size_t n = 0; n <= limits::attempt_history_max; ++n) {
    auto of = leased();
    does<accepted>(keep_log{of, blob('d')});
    does<accepted>(release{of, attempt_end::released, 0});
  }
  auto logs = queries::logs_of(state, id);
  ASSERT_TRUE(logs);
  EXPECT_EQ(logs->size(), limits::attempt_history_max);
  EXPECT_EQ(logs->front().attempt, 1U);
}

TEST_F(ledger_files, refuses_names_and_hashes_that_are_none) {
  submitted();
  auto of = leased();
  EXPECT_EQ(refusal(add_artifacts{of, {}}).code, errc::invalid);
  EXPECT_EQ(refusal(add_artifacts{of, {{"", blob('a')}}}).code, errc::invalid);
  EXPECT_EQ(refusal(add_artifacts{of, {{"a\nb", blob('a')}}}).code, errc::invalid);
  EXPECT_EQ(refusal(add_artifacts{of, {{"a", blob('X')}}}).code, errc::invalid);
  std::vector<artifact> many(limits::artifacts_batch_max + 1, {"a", blob('a')});
  EXPECT_EQ(refusal(add_artifacts{of, many}).code, errc::invalid);
}

TEST_F(ledger_files, says_the_longest_hard_timeout_of_what_runs) {
  submitted([](job_spec& s) { s.timeout = {std::chrono::seconds{5}, std::chrono::seconds{50}}; });
  leased();
  submitted([](job_spec& s) { s.timeout = {std::chrono::seconds{5}, std::chrono::hours{20}}; });
  auto longest = queries::longest_hard_timeout(state, log);
  ASSERT_TRUE(longest);
  EXPECT_EQ(*longest, std::chrono::seconds{50});
  leased();
  EXPECT_EQ(*queries::longest_hard_timeout(state, log), std::chrono::hours{20});
}

} // namespace
} // namespace dure
