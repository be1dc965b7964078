#include "actors/core/limits.hpp"
#include "tests/unit/core/ledger_fixture.hpp"

namespace dure {
namespace {

using std::chrono::seconds;

TEST_F(ledger_test, grants_a_pending_job_with_all_that_the_attempt_needs) {
  epoch = epoch_number{7};
  auto s = spec();
  s.params = "{\"a\":1}";
  does<job_taken>(submit{s});
  now += seconds{1};
  auto reply = does<granted>(claim_of(5));
  ASSERT_EQ(reply.grants.size(), 1U);
  const auto& g = reply.grants[0];
  EXPECT_EQ(g.of, (lease{s.id, 1, epoch, "node-1", boot(1)}));
  EXPECT_EQ(g.spec.params, s.params);
  EXPECT_EQ(g.started_at, now);
  auto j = row(s.id);
  EXPECT_EQ(j.state, job_state::running);
  EXPECT_EQ(j.attempts_made, 1);
  EXPECT_EQ(j.started_at, now);
  EXPECT_EQ(live_lease(j), g.of);
}

TEST_F(ledger_test, grants_higher_priorities_first_and_then_older_jobs) {
  auto low = submitted([](job_spec& s) { s.priority = -5; });
  now += seconds{1};
  auto old = submitted();
  now += seconds{1};
  auto young = submitted();
  auto high = submitted([](job_spec& s) { s.priority = 5; });
  std::vector<job_id> order;
  for (const auto& g : does<granted>(claim_of(9)).grants)
    order.push_back(g.of.job);
  EXPECT_EQ(order, (std::vector{high, old, young, low}));
}

TEST_F(ledger_test, grants_only_kinds_that_were_asked_for_and_as_many) {
  submitted([](job_spec& s) { s.kind = "other"; });
  for (int i = 0; i < 3; ++i)
    submitted([](job_spec& s) { s.kind = "sleep"; });
  EXPECT_TRUE(does<granted>(claim_of(1, "noop")).grants.empty());
  EXPECT_TRUE(latest.empty());
  EXPECT_EQ(does<granted>(claim_of(2, "sleep")).grants.size(), 2U);
}

TEST_F(ledger_test, answers_a_repeated_claim_with_the_leases_that_still_live) {
  for (int i = 0; i < 4; ++i)
    submitted();
  auto c = claim_of(3);
  auto first = does<granted>(c);
  ASSERT_EQ(first.grants.size(), 3U);
  epoch = epoch_number{2};
  now += seconds{1};
  EXPECT_EQ(does<granted>(c), first);
  EXPECT_TRUE(latest.empty());

  does<accepted>(complete{first.grants[1].of, {}, {}, 0});
  auto rest = does<granted>(c);
  EXPECT_EQ(rest.grants, (std::vector{first.grants[0], first.grants[2]}));
}

TEST_F(ledger_test, grants_nothing_while_the_queue_is_paused) {
  submitted();
  configure([](queue_settings& s) { s.paused = true; });
  EXPECT_TRUE(does<granted>(claim_of(1)).grants.empty());
  configure([](queue_settings&) {});
  EXPECT_EQ(does<granted>(claim_of(1)).grants.size(), 1U);
}

TEST_F(ledger_test, grants_no_more_than_the_concurrency_limit_over_all_kinds) {
  configure([](queue_settings& s) { s.concurrency_max = 3; });
  for (int i = 0; i < 4; ++i) {
    submitted();
    submitted([](job_spec& s) { s.kind = "sleep"; });
  }
  auto c = claim_of(2);
  c.demands.push_back({"sleep", 2});
  auto first = does<granted>(c);
  EXPECT_EQ(first.grants.size(), 3U);
  EXPECT_TRUE(does<granted>(claim_of(9)).grants.empty());
  does<accepted>(complete{first.grants[0].of, {}, {}, 0});
  EXPECT_EQ(does<granted>(claim_of(9)).grants.size(), 1U);
}

TEST_F(ledger_test, lets_no_kind_before_an_older_or_more_urgent_job_of_another) {
  configure([](queue_settings& s) { s.concurrency_max = 2; });
  submitted();
  auto urgent = submitted([](job_spec& s) {
    s.kind = "sleep";
    s.priority = 5;
  });
  now += seconds{1};
  submitted([](job_spec& s) { s.kind = "sleep"; });
  auto c = claim_of(2);
  c.demands.push_back({"sleep", 2});
  auto got = does<granted>(c).grants;
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].of.job, urgent);
  EXPECT_EQ(got[1].spec.kind, "noop");
}

TEST_F(ledger_test, keeps_a_granted_answer_within_what_a_message_holds) {
  const std::string large(limits::inline_json_bytes_max, ' ');
  const auto most = limits::claim_bytes_max / large.size();
  for (std::size_t i = 0; i < most + 2; ++i)
    submitted([&](job_spec& s) { s.params = large; });
  const auto first = does<granted>(claim_of(100)).grants.size();
  EXPECT_LT(first, most) << "names and tags count too";
  EXPECT_GE(first, most - 2);
  EXPECT_EQ(does<granted>(claim_of(100)).grants.size(), most + 2 - first);
}

TEST_F(ledger_test, refuses_malformed_claims) {
  auto twice = claim_of(1);
  twice.demands.push_back({"noop", 1});
  EXPECT_EQ(refusal(twice).code, errc::invalid);
  auto nameless = claim_of(1);
  nameless.node = "";
  EXPECT_EQ(refusal(nameless).context.rfind("node:", 0), 0U);
  auto endless = claim_of(1);
  for (int i = 0; i < 64; ++i)
    endless.demands.push_back({"kind-" + std::to_string(i), 1});
  EXPECT_EQ(refusal(endless).code, errc::invalid);
}

TEST_F(ledger_test, follows_a_newer_setting_of_the_queue_only) {
  queue_settings newer{5, true, "repair", 3, 4};
  does<accepted>(configure_queue{newer});
  EXPECT_EQ(latest.size(), 1U);
  does<accepted>(configure_queue{newer});
  EXPECT_TRUE(latest.empty());
  does<accepted>(configure_queue{{4, false, "", {}, {}}});
  EXPECT_TRUE(latest.empty());
  auto row = row_or_empty<log_row>(state, family::logs, keys::log(log));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->settings, newer);
}

} // namespace
} // namespace dure
