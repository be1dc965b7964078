#include "actors/core/queries.hpp"
#include "actors/scheduler/scheduler.hpp"
#include "tests/conformance/memory_journal.hpp"
#include "tests/conformance/memory_snapshots.hpp"
#include "tests/conformance/memory_store.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/job_examples.hpp"

namespace dure {
namespace {

using test::example_command;
using test::example_job;
using test::example_log;
using test::example_spec;

/// A store that fails from a moment on.
class failing_store final : public store {
public:
  result<std::optional<std::string>> get(family f, std::string_view key) const override {
    return rows.get(f, key);
  }

  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override {
    return rows.scan(f, range, order, visit);
  }

  result<void> write(const state_delta& delta) override {
    if (fails)
      return error{errc::store_failed, "the disk is full"};
    return rows.write(delta);
  }

  result<void> erase(family f, const key_range& range) override { return rows.erase(f, range); }

  result<void> begin_replacing(log_number log) override { return rows.begin_replacing(log); }

  std::unique_ptr<state_reader> freeze() const override { return rows.freeze(); }

  test::memory_store rows;
  bool fails = false;
};

/// Notes what a scheduler tells its supervisor.
struct supervisor_notes {
  std::vector<shard_status> statuses;
  std::vector<lease> cancels;
  int records = 0;
};

supervisor_actor::behavior_type noting_supervisor(supervisor_actor::pointer,
                                                  supervisor_notes* notes) {
  return {
      [=](atom::status, const shard_status& s) { notes->statuses.push_back(s); },
      [=](atom::records) { ++notes->records; },
      [=](atom::namesake, const boot_id&) {},
      [=](atom::cancel, const lease& of) { notes->cancels.push_back(of); },
      [=](atom::mend, const shard_mending&) {},
      [=](atom::tick) {},
      [=](atom::drain) { return true; },
  };
}

class scheduler_shell : public test::actor_fixture {
protected:
  test::memory_journal_source journals;
  failing_store rows;
  test::snapshot_shelf shelf;
  test::memory_snapshots states{rows, shelf};
  test::hand_audience audience;
  supervisor_notes notes;
  supervisor_actor root = ends_with_test(system.spawn(noting_supervisor, &notes));
  scheduler_actor subject = start(example_log);

  scheduler_actor start(log_number shard_log, std::string queue = "default") {
    replica_config config{shard_log, "node-1", {}, true, {"node-1"}, 1};
    scheduler_context context{std::move(queue), 0,      config,   time, rows,
                              journals,         states, audience, log,  root};
    auto started = ends_with_test(system.spawn(scheduler, std::move(context)));
    run();
    pass(milliseconds{500});
    return started;
  }

  auto wish(const scheduler_actor& to, std::vector<command> commands) {
    return ask<outcome_batch>(to, atom::wish::value, wish_batch{std::move(commands)});
  }

  auto submit_one(std::uint64_t n) {
    return wish(subject, {{example_command(n), "test", submit{example_spec(n)}}});
  }

  auto claim_one(std::uint64_t n, milliseconds patience) {
    claim wish{claim_id{make_random_uuid(n, 3)}, "node-1", {}, {{"noop", 1}}};
    return ask<outcome_batch>(
        subject, atom::claim::value,
        claim_request{{example_command(1'000 + n), "node-1", wish}, patience});
  }

  job_state state_of(std::uint64_t n) {
    auto found = queries::find_job(rows, example_job(n));
    EXPECT_TRUE(found);
    return found ? found->state : job_state::failed;
  }
};

TEST_F(scheduler_shell, leads_alone_within_half_a_second) {
  auto status = ask<shard_status>(subject, atom::status::value);
  ASSERT_TRUE(*status);
  EXPECT_TRUE((*status)->standing.leads);
  EXPECT_TRUE(audience.newest.standing.leads);
  ASSERT_FALSE(notes.statuses.empty());
  EXPECT_TRUE(notes.statuses.back().standing.leads);
  const auto line = log.of("shard-leads");
  EXPECT_EQ(line.at("queue"), "default");
  EXPECT_EQ(line.at("shard"), "0");
  EXPECT_EQ(line.at("epoch"), "1");
}

TEST_F(scheduler_shell, answers_a_submit_when_the_store_shows_the_job) {
  auto outcome = submit_one(1);
  ASSERT_TRUE(*outcome);
  ASSERT_EQ((*outcome)->outcomes.size(), 1U);
  EXPECT_TRUE((*outcome)->outcomes.front());
  EXPECT_EQ(state_of(1), job_state::pending);
}

TEST_F(scheduler_shell, answers_each_wish_of_a_batch_in_order) {
  auto outcome = wish(subject, {{example_command(1), "test", submit{example_spec(1)}},
                                {example_command(2), "test", cancel{example_job(99)}},
                                {example_command(3), "test", submit{example_spec(3)}}});
  ASSERT_TRUE(*outcome);
  const auto& outcomes = (*outcome)->outcomes;
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_TRUE(outcomes[0]);
  EXPECT_EQ(outcomes[1].error().code, errc::not_found);
  EXPECT_TRUE(outcomes[2]);
}

TEST_F(scheduler_shell, gives_a_waiting_worker_the_job_that_comes_later) {
  auto claimed = claim_one(1, milliseconds{10'000});
  pass(milliseconds{1'000});
  EXPECT_FALSE(*claimed);
  submit_one(1);
  ASSERT_TRUE(*claimed);
  const auto& outcome = (*claimed)->outcomes.front();
  ASSERT_TRUE(outcome);
  const auto& jobs = std::get<granted>(*outcome).grants;
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs.front().spec.id, example_job(1));
}

TEST_F(scheduler_shell, sends_a_waiting_worker_away_with_nothing_when_its_patience_is_over) {
  auto claimed = claim_one(1, milliseconds{300});
  pass(milliseconds{600});
  ASSERT_TRUE(*claimed);
  const auto& outcome = (*claimed)->outcomes.front();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(std::get<granted>(*outcome).grants.empty());
}

TEST_F(scheduler_shell, passes_the_cancel_of_a_running_attempt_on) {
  submit_one(1);
  claim_one(1, milliseconds{0});
  wish(subject, {{example_command(2), "test", cancel{example_job(1)}}});
  ASSERT_EQ(notes.cancels.size(), 1U);
  EXPECT_EQ(notes.cancels.front().job, example_job(1));
}

TEST_F(scheduler_shell, tells_its_audience_of_a_report_that_came_too_late) {
  submit_one(1);
  claim_one(1, milliseconds{0});
  run();
  const lease other{example_job(1), 7, {}, "node-1", {}};
  auto outcome =
      wish(subject, {{example_command(2), "node-1", complete{other, {"{}", {}, {}}, {}, 0}}});
  ASSERT_TRUE(*outcome);
  EXPECT_EQ((*outcome)->outcomes.front().error().code, errc::stale_lease);
  EXPECT_EQ(audience.stale, 1U);
}

TEST_F(scheduler_shell, tells_of_queue_records_but_not_of_others) {
  auto control = start(control_log, "control");
  wish(control, {{example_command(1), "test", put_record{"other/a", "{}", {}, {}}}});
  EXPECT_EQ(notes.records, 0);
  wish(control, {{example_command(2), "test", put_record{"queue/a", "{}", {}, {}}}});
  EXPECT_EQ(notes.records, 1);
}

TEST_F(scheduler_shell, rebuilds_itself_from_store_and_journal) {
  submit_one(1);
  caf::anon_send_exit(subject, caf::exit_reason::kill);
  run();
  subject = start(example_log);
  auto outcome = submit_one(2);
  ASSERT_TRUE(*outcome);
  EXPECT_TRUE((*outcome)->outcomes.front());
  EXPECT_EQ(state_of(1), job_state::pending);
}

TEST_F(scheduler_shell, acknowledges_nothing_that_the_store_did_not_take) {
  rows.fails = true;
  auto outcome = submit_one(1);
  ASSERT_TRUE(*outcome);
  EXPECT_EQ((*outcome)->outcomes.front().error().code, errc::unknown_outcome);
  EXPECT_TRUE(audience.newest.halted.has_value());
  EXPECT_TRUE(log.has("shard-halted"));
  auto later = submit_one(2);
  ASSERT_TRUE(*later);
  EXPECT_EQ((*later)->outcomes.front().error().code, errc::unavailable);
}

TEST_F(scheduler_shell, proves_that_nothing_is_missing_by_a_record_of_its_own) {
  const auto before = ask<shard_status>(subject, atom::status::value);
  auto proof = ask<outcome_batch>(subject, atom::barrier::value);
  ASSERT_TRUE(*proof);
  ASSERT_EQ((*proof)->outcomes.size(), 1U);
  EXPECT_TRUE((*proof)->outcomes.front());
  const auto after = ask<shard_status>(subject, atom::status::value);
  EXPECT_EQ((*after)->standing.index, next((*before)->standing.index));
}

TEST_F(scheduler_shell, proves_nothing_without_its_store) {
  rows.fails = true;
  submit_one(1);
  auto proof = ask<outcome_batch>(subject, atom::barrier::value);
  ASSERT_TRUE(*proof);
  EXPECT_EQ((*proof)->outcomes.front().error().code, errc::unavailable);
}

TEST_F(scheduler_shell, answers_after_the_journal_was_away) {
  journals.set_away(true);
  auto outcome = submit_one(1);
  EXPECT_FALSE(*outcome);
  journals.set_away(false);
  pass(milliseconds{3'000});
  ASSERT_TRUE(*outcome);
  EXPECT_TRUE((*outcome)->outcomes.front());
}

TEST_F(scheduler_shell, lets_go_of_its_log_when_the_node_drains) {
  auto drained = ask<bool>(subject, atom::drain::value);
  pass(milliseconds{200});
  ASSERT_TRUE(*drained);
  auto outcome = submit_one(1);
  ASSERT_TRUE(*outcome);
  EXPECT_FALSE((*outcome)->outcomes.front());
}

} // namespace
} // namespace dure
