#include "actors/core/ledger.hpp"
#include "node/metrics/measured_audience.hpp"
#include "tests/unit/metrics/scraped.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

using namespace std::chrono_literals;

constexpr log_number log{1};
const boot_id boot{make_random_uuid(1, 1)};
const boot_id other_boot{make_random_uuid(2, 2)};

struct hand_audience final : audience {
  void applied(log_number, const std::string&, const replica_effect::write& w) override {
    events += w.events.size();
  }

  void refused_stale(const std::string&) override { ++stale; }

  void heard(log_number, const replica_input::peer&) override {}

  void stands(const shard_status&) override {}

  std::size_t events = 0;
  std::size_t stale = 0;
};

/// A log whose records, made by the rules themselves, are told to the audience.
struct measured_audience_of : testing::Test {
  memory_state state;
  timestamp now{milliseconds{1'700'000'000'000}};
  std::uint64_t random = 1;
  metrics figures{"1", nothing_to_read};
  hand_audience behind;
  measured_audience measured{behind, figures, "node-1", boot};

  ledger::context at() const { return {log, epoch_number{1}, now}; }

  void tell(std::vector<event> events) {
    overlay changes{state};
    for (const auto& e : events)
      EXPECT_TRUE(ledger::apply(changes, e, at()));
    replica_effect::write w{changes.take(), journal_index{1}, now, std::move(events)};
    state.write(w.delta);
    measured.applied(log, "default", w);
  }

  answer does(command_body body) {
    ++random;
    auto decided = ledger::decide(
        state, {command_id{make_random_uuid(random, 1)}, "test", std::move(body)}, at());
    EXPECT_TRUE(decided) << (decided ? "" : decided.error().context);
    tell(decided ? decided->events : std::vector<event>{});
    return decided ? decided->reply : answer{};
  }

  void lead(const boot_id& life) {
    tell({events::leader_claimed{epoch_number{1}, "node-1", life}});
  }

  job_id submitted(timestamp run_at = {}) {
    job_spec spec;
    spec.id = make_job_id(log, now, ++random);
    spec.kind = "noop";
    spec.queue = "default";
    spec.params = "{}";
    spec.run_at = run_at;
    does(submit{spec});
    return spec.id;
  }

  lease leased() {
    const claim wish{claim_id{make_random_uuid(random, 7)}, "node-1", boot, {{"noop", 1}}};
    auto reply = std::get<granted>(does(wish));
    EXPECT_EQ(reply.grants.size(), 1U);
    return reply.grants.at(0).of;
  }

  void fail_now(const lease& of, bool retryable) {
    does(fail{of, attempt_end::failed, {"odd", "", retryable}, {}, 0});
  }

  std::string attempts(const std::string& outcome) {
    return value_of(figures, "dure_attempts_total{outcome=\"" + outcome + "\",queue=\"default\"}");
  }

  std::string figure(const std::string& name) {
    return value_of(figures, name + "{kind=\"noop\"}");
  }
};

TEST_F(measured_audience_of, waits_and_runs_are_told_in_seconds_by_kind) {
  lead(boot);
  submitted();
  now += 2s;
  const auto of = leased();
  now += 500ms;
  does(complete{of, {"{}", {}, {}}, {}, 0});
  EXPECT_EQ(figure("dure_job_wait_seconds_sum"), "2");
  EXPECT_EQ(figure("dure_attempt_run_seconds_sum"), "0.5");
  EXPECT_EQ(figure("dure_job_wait_seconds_count"), "1");
  EXPECT_EQ(attempts("completed"), "1");
  EXPECT_EQ(attempts("failed"), "0");
}

TEST_F(measured_audience_of, a_job_waits_from_when_it_is_due_or_free_again) {
  lead(boot);
  const auto id = submitted(now + 1h);
  now += 1h + 3s;
  does(make_ready{id});
  const auto first = leased();
  EXPECT_EQ(figure("dure_job_wait_seconds_sum"), "3");
  now += 10s;
  does(release{first, attempt_end::released, 0});
  now += 4s;
  leased();
  EXPECT_EQ(figure("dure_job_wait_seconds_sum"), "7");
  EXPECT_EQ(figure("dure_attempt_run_seconds_sum"), "10");
  EXPECT_EQ(attempts("released"), "1");
}

TEST_F(measured_audience_of, every_end_of_an_attempt_counts_once) {
  lead(boot);
  submitted();
  fail_now(leased(), true);
  EXPECT_EQ(attempts("failed"), "1") << "it goes on later";
  submitted();
  fail_now(leased(), false);
  EXPECT_EQ(attempts("failed"), "2") << "it is over";
  const auto id = submitted();
  const auto of = leased();
  does(cancel{id});
  EXPECT_EQ(attempts("cancelled"), "0") << "it was only asked to stop";
  does(release{of, attempt_end::cancelled, 0});
  EXPECT_EQ(attempts("cancelled"), "1");
  does(cancel{submitted()});
  EXPECT_EQ(attempts("cancelled"), "1") << "that one never began";
}

TEST_F(measured_audience_of, only_the_node_that_led_counts) {
  lead(other_boot);
  submitted();
  does(complete{leased(), {"{}", {}, {}}, {}, 0});
  EXPECT_EQ(attempts("completed"), "");
  lead(boot);
  submitted();
  does(complete{leased(), {"{}", {}, {}}, {}, 0});
  EXPECT_EQ(attempts("completed"), "1");
  EXPECT_EQ(value_of(figures, R"(dure_journal_record_events_count{queue="default"})"), "8")
      << "records count wherever they are applied";
}

TEST_F(measured_audience_of, whoever_is_behind_hears_everything) {
  lead(other_boot);
  EXPECT_EQ(behind.events, 1U);
  measured.refused_stale("default");
  EXPECT_EQ(behind.stale, 1U);
  EXPECT_EQ(value_of(figures, R"(dure_stale_results_refused_total{queue="default"})"), "1");
}

} // namespace
} // namespace dure::node
