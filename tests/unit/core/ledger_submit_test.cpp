#include "actors/core/limits.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

using std::chrono::seconds;

TEST_F(ledger_test, makes_a_submitted_job_pending) {
  auto s = spec();
  auto reply = does<job_taken>(submit{s});
  EXPECT_EQ(reply, (job_taken{s.id, job_state::pending, false, 1}));
  EXPECT_EQ(row(s.id).state, job_state::pending);
  EXPECT_EQ(row(s.id).created_at, now);
  EXPECT_EQ(row(s.id).spec.run_at, now);
}

TEST_F(ledger_test, makes_a_job_with_a_later_run_at_scheduled_until_then) {
  auto id = submitted([&](job_spec& s) { s.run_at = now + seconds{10}; });
  EXPECT_EQ(row(id).state, job_state::scheduled);
  EXPECT_TRUE(does<granted>(claim_of(1)).grants.empty());

  EXPECT_EQ(pass(seconds{9}), 0U);
  EXPECT_EQ(pass(seconds{1}), 1U);
  EXPECT_EQ(row(id).state, job_state::pending);
  EXPECT_EQ(leased().job, id);
}

TEST_F(ledger_test, answers_a_repeated_submit_with_the_job_as_it_is_now) {
  auto s = spec();
  does<job_taken>(submit{s});
  leased();
  auto again = does<job_taken>(submit{s});
  EXPECT_EQ(again, (job_taken{s.id, job_state::running, false, 2}));
  EXPECT_TRUE(latest.empty());
}

TEST_F(ledger_test, answers_a_late_submit_of_a_removed_job_with_gone) {
  auto s = spec();
  does<job_taken>(submit{s});
  does<job_changed>(cancel{s.id});
  does<accepted>(remove{s.id}, some_command());
  EXPECT_EQ(refusal(submit{s}).code, errc::gone);
  EXPECT_EQ(refusal(cancel{s.id}).code, errc::gone);

  pass(limits::answers_kept);
  EXPECT_EQ(refusal(cancel{s.id}).code, errc::not_found);
}

TEST_F(ledger_test, answers_an_equal_unique_key_with_the_live_job) {
  auto first = submitted([](job_spec& s) { s.unique_key = "k"; });
  auto second = spec();
  second.unique_key = "k";
  auto reply = does<job_taken>(submit{second});
  EXPECT_EQ(reply, (job_taken{first, job_state::pending, true, 1}));
  EXPECT_EQ(counts(keys::counts_of_log(log)).by_state[1], 1U);
}

TEST_F(ledger_test, answers_an_equal_unique_key_with_the_kept_result) {
  auto first = submitted([](job_spec& s) { s.unique_key = "k"; });
  does<accepted>(complete{leased(), {"{}", {}, {}}, {}, 0});
  auto second = spec();
  second.unique_key = "k";
  auto reply = does<job_taken>(submit{second});
  EXPECT_EQ(reply, (job_taken{first, job_state::completed, true, 3}));

  does<accepted>(remove{first}, some_command());
  EXPECT_EQ(does<job_taken>(submit{second}).id, second.id);
}

TEST_F(ledger_test, frees_a_unique_key_when_its_job_fails_or_is_cancelled) {
  auto with_key = [](job_spec& s) { s.unique_key = "k"; };
  auto first = submitted(with_key);
  does<job_changed>(cancel{first});
  auto second = submitted(with_key);
  EXPECT_NE(second, first);
  does<accepted>(fail{leased(), attempt_end::failed, {"encrypted", "", false}, {}, 0});
  auto third = submitted(with_key);
  EXPECT_NE(third, second);
}

TEST_F(ledger_test, scopes_a_unique_key_to_the_group) {
  auto in_queue = submitted([](job_spec& s) { s.unique_key = "k"; });
  auto in_a = submitted([](job_spec& s) { s.unique_key = "k", s.group = "a"; });
  auto in_b = submitted([](job_spec& s) { s.unique_key = "k", s.group = "b"; });
  EXPECT_NE(in_queue, in_a);
  EXPECT_NE(in_a, in_b);
  EXPECT_EQ(submitted([](job_spec& s) { s.unique_key = "k", s.group = "b"; }), in_b);
}

TEST_F(ledger_test, refuses_a_submit_over_the_depth_limit) {
  configure([](queue_settings& s) { s.depth_max = 2; });
  submitted();
  submitted([&](job_spec& s) { s.run_at = now + seconds{10}; });
  EXPECT_EQ(refusal(submit{spec()}).code, errc::queue_full);
  leased();
  submitted();
}

struct bad_spec {
  const char* field;
  errc code;
  void (*spoil)(job_spec&);
};

TEST_F(ledger_test, refuses_specs_out_of_bounds_and_names_the_field) {
  const std::vector<bad_spec> cases{
      {"id", errc::invalid, [](job_spec& s) { s.id = {}; }},
      {"id", errc::invalid, [](job_spec& s) { s.id = make_job_id(log_number{2}, start, 1); }},
      {"kind", errc::invalid, [](job_spec& s) { s.kind = ""; }},
      {"kind", errc::invalid, [](job_spec& s) { s.kind = "Upper"; }},
      {"queue", errc::invalid, [](job_spec& s) { s.queue = std::string(33, 'a'); }},
      {"group", errc::too_large, [](job_spec& s) { s.group = std::string(129, 'a'); }},
      {"group", errc::invalid, [](job_spec& s) { s.group = std::string("a\0b", 3); }},
      {"unique_key", errc::too_large, [](job_spec& s) { s.unique_key = std::string(257, 'a'); }},
      {"tags", errc::invalid, [](job_spec& s) { s.tags.resize(17); }},
      {"tags", errc::too_large, [](job_spec& s) { s.tags = {std::string(65, 'a')}; }},
      {"owner", errc::too_large, [](job_spec& s) { s.owner = std::string(129, 'a'); }},
      {"params", errc::too_large, [](job_spec& s) { s.params = std::string(16'385, ' '); }},
      {"input", errc::too_large, [](job_spec& s) { s.input = std::string(16'385, ' '); }},
      {"input", errc::invalid,
       [](job_spec& s) {
         s.input_file = blob_ref{"ab", 1, "a", "b"};
       }},
      {"input", errc::invalid,
       [](job_spec& s) {
         s.input = "{}";
         s.input_file = blob_ref{std::string(64, 'a'), 1, "a", "b"};
       }},
      {"priority", errc::invalid, [](job_spec& s) { s.priority = 101; }},
      {"priority", errc::invalid, [](job_spec& s) { s.priority = -101; }},
      {"run_at", errc::invalid, [](job_spec& s) { s.run_at = start + std::chrono::days{4'000}; }},
      {"max_attempts", errc::invalid, [](job_spec& s) { s.max_attempts = 0; }},
      {"max_attempts", errc::invalid, [](job_spec& s) { s.max_attempts = 101; }},
      {"timeout.soft", errc::invalid, [](job_spec& s) { s.timeout.soft = seconds{0}; }},
      {"timeout.hard", errc::invalid,
       [](job_spec& s) {
         s.timeout = {seconds{10}, seconds{9}};
       }},
      {"timeout.hard", errc::invalid,
       [](job_spec& s) { s.timeout.hard = limits::hard_timeout_max + seconds{1}; }},
  };
  for (const auto& bad : cases) {
    auto s = spec();
    bad.spoil(s);
    auto why = refusal(submit{s});
    EXPECT_EQ(why.code, bad.code) << bad.field;
    EXPECT_EQ(why.context.rfind(std::string{bad.field} + ":", 0), 0U) << why.context;
  }
}

TEST_F(ledger_test, takes_specs_at_the_bounds) {
  submitted([](job_spec& s) {
    s.kind = std::string(32, 'k');
    s.group = std::string(128, 'g');
    s.unique_key = std::string(256, 'u');
    s.tags.assign(16, std::string(64, 't'));
    s.params = std::string(16'384, ' ');
    s.input_file = blob_ref{std::string(64, 'a'), 1, std::string(255, 'n'), "application/pdf"};
    s.priority = 100;
    s.max_attempts = 100;
    s.timeout = {limits::hard_timeout_max, limits::hard_timeout_max};
  });
}

} // namespace
} // namespace dure
