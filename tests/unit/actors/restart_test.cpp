#include "actors/core/queries.hpp"
#include "actors/scheduler/scheduler.hpp"
#include "actors/supervisor/supervisor.hpp"
#include "actors/worker/worker.hpp"
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

/// The three actors of a node together, on a journal and a store in memory; handlers by hand.
class node_of_actors : public test::actor_fixture {
protected:
  test::memory_journal_source journals;
  test::memory_store rows;
  test::snapshot_shelf shelf;
  test::memory_snapshots states{rows, shelf};
  test::hand_audience audience;
  test::hand_sandbox handlers{{{"noop", 4, false}}};
  test::hand_courier courier;
  test::hand_progress progress;
  test::hand_lines lines;
  std::vector<scheduler_actor> schedulers; ///< Of the queue, in the order of their starts.
  std::vector<worker_actor> workers;
  supervisor_actor root = start();

  supervisor_actor start() {
    supervisor_context context{"node-1", {}, {}, {}, {}, {}, [](const std::string&) {}, time, log};
    context.start_scheduler = [this](const shard_place& place, const supervisor_actor& above) {
      return start_scheduler(place, above);
    };
    context.start_worker = [this] {
      workers.push_back(ends_with_test(system.spawn(worker, worker_context{"node-1",
                                                                           {},
                                                                           milliseconds{25'000},
                                                                           time,
                                                                           handlers,
                                                                           courier,
                                                                           progress,
                                                                           lines,
                                                                           log,
                                                                           &rows})));
      return workers.back();
    };
    context.read_queues = []() -> result<std::vector<queue_definition>> {
      return std::vector{queue_definition{"default", {example_log}, {}, {}}};
    };
    return ends_with_test(system.spawn(supervisor, std::move(context)));
  }

  scheduler_actor start_scheduler(const shard_place& place, const supervisor_actor& above) {
    replica_config config{place.log, "node-1", {}, true, {"node-1"}, 1};
    auto started = ends_with_test(
        system.spawn(scheduler, scheduler_context{place.queue, place.shard, config, time, rows,
                                                  journals, states, audience, log, above}));
    if (place.log == example_log)
      schedulers.push_back(started);
    return started;
  }

  void SetUp() override { pass(milliseconds{1'500}); }

  void submit_one(std::uint64_t n) {
    auto outcome =
        ask<outcome_batch>(schedulers.back(), atom::wish::value,
                           wish_batch{{{example_command(n), "test", submit{example_spec(n)}}}});
    ASSERT_TRUE(*outcome);
    EXPECT_TRUE((*outcome)->outcomes.at(0));
  }

  template <class Handle> void kill(const Handle& victim) {
    caf::anon_send_exit(victim, caf::exit_reason::kill);
    run();
  }

  job_state state_of(std::uint64_t n) {
    auto found = queries::find_job(rows, example_job(n));
    return found ? found->state : job_state::failed;
  }

  /// Completes the newest task that the handlers were given.
  void complete_newest() {
    handlers.end(handlers.tasks.back().of, attempt_end::completed);
    run();
  }
};

TEST_F(node_of_actors, runs_a_job) {
  submit_one(1);
  ASSERT_EQ(handlers.tasks.size(), 1U);
  complete_newest();
  EXPECT_EQ(state_of(1), job_state::completed);
}

TEST_F(node_of_actors, runs_the_job_of_a_dead_worker_again) {
  submit_one(1);
  ASSERT_EQ(handlers.tasks.size(), 1U);
  kill(workers.back());
  pass(milliseconds{2'000});
  ASSERT_EQ(workers.size(), 2U);
  ASSERT_EQ(handlers.tasks.size(), 2U);
  EXPECT_EQ(handlers.tasks.back().of.attempt, 2U);
  complete_newest();
  EXPECT_EQ(state_of(1), job_state::completed);
}

TEST_F(node_of_actors, counts_a_request_of_a_dead_worker_as_perhaps_paid) {
  auto charged = example_spec(1);
  charged.tags = {std::string{charged_tag}};
  ask<outcome_batch>(schedulers.back(), atom::wish::value,
                     wish_batch{{{example_command(1), "test", submit{charged}}}});
  ASSERT_EQ(handlers.tasks.size(), 1U);
  kill(workers.back());
  pass(milliseconds{10'000});
  auto again = queries::find_job(rows, example_job(1));
  ASSERT_TRUE(again);
  ASSERT_EQ(again->attempts.size(), 2U);
  EXPECT_EQ(again->attempts.front().end, attempt_end::lost) << "by the new one's greeting";
  EXPECT_EQ(again->spared, 1U);
  EXPECT_EQ(again->state, job_state::running);
  EXPECT_FALSE(log.has("lease-unknown"));
}

TEST_F(node_of_actors, goes_on_at_once_when_a_scheduler_dies) {
  submit_one(1);
  kill(schedulers.back());
  pass(milliseconds{1'500});
  ASSERT_EQ(schedulers.size(), 2U);
  complete_newest();
  pass(milliseconds{500});
  EXPECT_EQ(state_of(1), job_state::completed);
  submit_one(2);
  pass(milliseconds{500});
  ASSERT_EQ(handlers.tasks.size(), 2U);
  complete_newest();
  EXPECT_EQ(state_of(2), job_state::completed);
}

TEST_F(node_of_actors, tells_the_handler_of_a_cancel_that_follows_its_grant) {
  submit_one(1);
  auto cancelled =
      ask<outcome_batch>(schedulers.back(), atom::wish::value,
                         wish_batch{{{example_command(2), "test", cancel{example_job(1)}}}});
  ASSERT_TRUE(*cancelled);
  EXPECT_EQ(handlers.cancelled.size(), 1U);
  handlers.end(handlers.tasks.back().of, attempt_end::cancelled);
  run();
  EXPECT_EQ(state_of(1), job_state::cancelled);
}

} // namespace
} // namespace dure
