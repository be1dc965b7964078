#include "actors/core/ledger.hpp"
#include "actors/worker/worker.hpp"
#include "tests/conformance/memory_store.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/job_examples.hpp"
#include "tests/unit/actors/scripted_scheduler.hpp"

namespace dure {
namespace {

using test::example_grant;
using test::example_log;
using test::example_spec;

/// A worker beside a view of the log that says which leases it holds.
class worker_with_view : public test::actor_fixture {
protected:
  test::memory_store rows;
  test::hand_sandbox handlers{{{"noop", 2, false}}};
  test::hand_courier courier;
  test::hand_progress progress;
  test::hand_lines lines;
  test::scheduler_script script;
  scheduler_actor shard = ends_with_test(system.spawn(test::scripted_scheduler, &script));
  worker_actor subject = ends_with_test(system.spawn(worker, worker_context{"node-1",
                                                                            {},
                                                                            milliseconds{25'000},
                                                                            time,
                                                                            handlers,
                                                                            courier,
                                                                            progress,
                                                                            lines,
                                                                            log,
                                                                            &rows}));

  void SetUp() override {
    tell(subject, atom::routes::value, route_table{{{example_log, "default", 0, shard}}});
  }

  /// The log says that the job was leased to `of.node`.
  void lease_out(std::uint64_t n, const lease& of) {
    overlay changes{rows};
    const ledger::context at{example_log, epoch_number{1}, time.now()};
    const std::vector<event> facts{events::job_submitted{example_spec(n), job_state::pending},
                                   events::job_leased{of, {}, at.now + std::chrono::hours{2}}};
    for (const auto& fact : facts)
      EXPECT_TRUE(ledger::apply(changes, fact, at));
    EXPECT_TRUE(rows.write(changes.take()));
  }
};

TEST_F(worker_with_view, gives_back_a_lease_whose_grant_was_lost) {
  lease_out(1, example_grant(1).of);
  pass(milliseconds{3'000});
  EXPECT_TRUE(script.all<release>().empty()) << "the answer may be on its way";
  pass(milliseconds{6'000});
  ASSERT_EQ(script.all<release>().size(), 1U);
  EXPECT_EQ(script.all<release>().front().of, example_grant(1).of);
  EXPECT_EQ(script.all<release>().front().end, attempt_end::released);
}

TEST_F(worker_with_view, keeps_the_leases_that_it_knows) {
  lease_out(1, example_grant(1).of);
  script.next_answer = answer{granted{{example_grant(1)}}};
  tell(shard, atom::tick::value);
  ASSERT_EQ(handlers.tasks.size(), 1U);
  pass(milliseconds{10'000});
  EXPECT_TRUE(script.all<release>().empty());
}

TEST_F(worker_with_view, leaves_the_leases_of_others_alone) {
  auto of = example_grant(1).of;
  of.boot = boot_id{make_random_uuid(4, 4)};
  lease_out(1, of);
  of.node = "node-2";
  of.job = example_spec(2).id;
  lease_out(2, of);
  pass(milliseconds{10'000});
  EXPECT_TRUE(script.all<release>().empty());
}

TEST_F(worker_with_view, waits_while_its_report_is_not_taken) {
  lease_out(1, example_grant(1).of);
  script.next_answer = answer{granted{{example_grant(1)}}};
  tell(shard, atom::tick::value);
  script.refusal = errc::not_leader;
  handlers.end(example_grant(1).of, attempt_end::completed);
  pass(milliseconds{10'000});
  EXPECT_TRUE(script.all<release>().empty());
  EXPECT_FALSE(script.all<complete>().empty());
}

} // namespace
} // namespace dure
