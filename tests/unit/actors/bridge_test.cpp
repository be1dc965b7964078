#include "gateway/bridge/actor_backend.hpp"
#include "gateway/bridge/bridge.hpp"
#include "tests/conformance/memory_store.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/job_examples.hpp"
#include "tests/unit/actors/scripted_scheduler.hpp"

namespace dure::gateway {
namespace {

using test::example_command;
using test::example_grant;
using test::example_job;
using test::example_log;
using test::example_spec;

class bridge_shell : public test::actor_fixture {
protected:
  test::scheduler_script script;
  scheduler_actor shard = ends_with_test(system.spawn(test::scripted_scheduler, &script));
  bridge_actor subject = ends_with_test(system.spawn(bridge, &time));
  std::vector<std::vector<result<answer>>> answers;

  void SetUp() override {
    tell(subject, atom::routes::value, route_table{{{example_log, "default", 0, shard}}});
  }

  void wish(log_number to, std::uint64_t commands = 1) {
    inquiry asked{to, {}, [this](auto outcomes) { answers.push_back(std::move(outcomes)); }};
    for (std::uint64_t n = 1; n <= commands; ++n)
      asked.wishes.push_back({example_command(n), "test", submit{example_spec(n)}});
    tell(subject, atom::wish::value, std::move(asked));
  }
};

TEST_F(bridge_shell, carries_wishes_to_the_scheduler_and_outcomes_back) {
  wish(example_log, 3);
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_EQ(answers.front().size(), 3U);
  EXPECT_TRUE(answers.front()[2]);
}

TEST_F(bridge_shell, repeats_under_the_same_id_until_somebody_leads) {
  script.refusal = errc::not_leader;
  wish(example_log);
  pass(milliseconds{500});
  EXPECT_TRUE(answers.empty());
  script.refusal.reset();
  pass(milliseconds{100});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers.front().front());
  for (const auto& tried : script.wishes)
    EXPECT_EQ(tried.id, example_command(1));
}

TEST_F(bridge_shell, says_why_after_five_seconds) {
  script.refusal = errc::unavailable;
  wish(example_log);
  pass(milliseconds{4'900});
  EXPECT_TRUE(answers.empty());
  pass(milliseconds{300});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers.front().front().error().code, errc::unavailable);
}

TEST_F(bridge_shell, repeats_nothing_that_was_refused_for_good) {
  script.refusal = errc::invalid;
  wish(example_log);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(script.wishes.size(), 1U);
}

TEST_F(bridge_shell, waits_for_a_scheduler_that_is_restarted) {
  caf::anon_send_exit(shard, caf::exit_reason::kill);
  run();
  wish(example_log);
  EXPECT_TRUE(answers.empty());
  shard = ends_with_test(system.spawn(test::scripted_scheduler, &script));
  tell(subject, atom::routes::value, route_table{{{example_log, "default", 0, shard}}});
  pass(milliseconds{100});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers.front().front());
}

TEST_F(bridge_shell, answers_for_a_log_that_nobody_runs) {
  wish(log_number{99});
  pass(milliseconds{5'200});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers.front().front().error().code, errc::unavailable);
}

class readers_of_a_lagging_view : public bridge_shell {
protected:
  std::vector<result<void>> proofs;

  void miss(log_number in = example_log) {
    tell(subject, atom::barrier::value,
         missed_look{in, [this](const result<void>& proof) { proofs.push_back(proof); }});
  }
};

TEST_F(readers_of_a_lagging_view, are_answered_by_a_barrier) {
  miss();
  EXPECT_EQ(script.barriers, 1);
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_TRUE(proofs.front());
}

TEST_F(readers_of_a_lagging_view, share_the_barrier_that_was_begun_after_they_asked) {
  script.holds_barriers = true;
  for (int n = 0; n < 100; ++n)
    miss();
  EXPECT_EQ(script.barriers, 1);
  EXPECT_TRUE(proofs.empty());
  script.holds_barriers = false;
  tell(shard, atom::tick::value);
  EXPECT_EQ(script.barriers, 2);
  EXPECT_EQ(proofs.size(), 100U);
  miss();
  EXPECT_EQ(script.barriers, 3);
}

TEST_F(readers_of_a_lagging_view, are_not_answered_by_a_barrier_that_was_begun_before) {
  script.holds_barriers = true;
  miss();
  miss();
  script.answers_one_barrier = true;
  tell(shard, atom::tick::value);
  EXPECT_EQ(proofs.size(), 1U);
  EXPECT_EQ(script.barriers, 2);
  script.answers_one_barrier = true;
  tell(shard, atom::tick::value);
  EXPECT_EQ(proofs.size(), 2U);
  EXPECT_EQ(script.barriers, 2);
}

TEST_F(readers_of_a_lagging_view, wait_through_a_change_of_leaders) {
  script.refusal = errc::not_leader;
  miss();
  pass(milliseconds{2'000});
  EXPECT_TRUE(proofs.empty());
  script.refusal.reset();
  pass(milliseconds{100});
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_TRUE(proofs.front());
}

TEST_F(readers_of_a_lagging_view, hear_together_that_nobody_leads) {
  script.refusal = errc::not_leader;
  miss();
  pass(milliseconds{4'000});
  miss();
  EXPECT_TRUE(proofs.empty());
  pass(milliseconds{1'200});
  ASSERT_EQ(proofs.size(), 2U);
  for (const auto& proof : proofs)
    EXPECT_EQ(proof.error().code, errc::unavailable);
  script.refusal.reset();
  miss();
  ASSERT_EQ(proofs.size(), 3U);
  EXPECT_TRUE(proofs.back());
}

TEST_F(readers_of_a_lagging_view, do_not_wait_for_other_logs) {
  script.holds_barriers = true;
  miss(log_number{99});
  miss();
  script.holds_barriers = false;
  tell(shard, atom::tick::value);
  EXPECT_EQ(proofs.size(), 1U);
  pass(milliseconds{5'200});
  ASSERT_EQ(proofs.size(), 2U);
  EXPECT_EQ(proofs.back().error().code, errc::unavailable);
}

TEST_F(readers_of_a_lagging_view, wait_for_the_scheduler_of_a_queue_that_is_new) {
  constexpr log_number new_log{42};
  miss(new_log);
  pass(milliseconds{500});
  EXPECT_TRUE(proofs.empty());
  tell(subject, atom::routes::value, route_table{{{new_log, "new", 0, shard}}});
  pass(milliseconds{100});
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_TRUE(proofs.front());
}

class node_as_seen_by_its_gateway : public test::actor_fixture {
protected:
  class no_files final : public blobs {
  public:
    std::unique_ptr<blob_writer> put(std::string, std::string) override { return nullptr; }

    std::unique_ptr<blob_reader> open(const blob_ref&, std::uint64_t) override { return nullptr; }

    result<void> fetch(const blob_ref&, const std::filesystem::path&) override {
      return error{errc::not_found, {}};
    }
  };

  test::memory_store rows;
  no_files files;
  test::hand_progress progress;
  test::hand_lines log_lines;
  std::optional<actor_backend> subject{
      std::in_place,
      actor_backend_parts{system, rows, files, time, progress, log_lines,
                          [] { return std::vector<readiness>{}; }, [] { return std::string{}; },
                          [](std::string_view, int, double) {}, "node-1", boot_id{},
                          [](const std::string&) {}, [](const shard_mending&) {}}};

  void TearDown() override {
    subject.reset();
    actor_fixture::TearDown();
  }

  shard_status standing(log_number number_of_log, bool leads, std::string why_not = {}) {
    shard_status status{"default", 0, number_of_log, {}, {}};
    status.standing.leads = leads;
    status.standing.caught_up = leads;
    status.standing.why_not = std::move(why_not);
    return status;
  }
};

TEST_F(node_as_seen_by_its_gateway, tells_which_jobs_have_changed_to_what) {
  std::vector<job_change> heard;
  subject->watch([&](std::vector<job_change> changes) { heard = std::move(changes); },
                 [](log_number) {});
  replica_effect::write w;
  w.events = {events::barrier{}, events::job_submitted{example_spec(1), job_state::scheduled},
              events::job_completed{example_grant(2).of, {}, {}, 0, {}}};
  subject->applied(example_log, "default", w);
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0].id, example_job(1));
  EXPECT_EQ(heard[0].state, job_state::scheduled);
  EXPECT_EQ(heard[1].state, job_state::completed);
}

TEST_F(node_as_seen_by_its_gateway, tells_which_view_was_renewed_once_it_has_caught_up) {
  std::vector<log_number> renewed;
  subject->watch([](const std::vector<job_change>&) {},
                 [&](log_number which) { renewed.push_back(which); });
  auto status = standing(example_log, false);
  subject->stands(status);
  status.standing.rebuilding = true;
  subject->stands(status);
  EXPECT_TRUE(renewed.empty());
  status.standing.rebuilding = false;
  subject->stands(status);
  subject->stands(status);
  EXPECT_EQ(renewed, std::vector{example_log});
}

TEST_F(node_as_seen_by_its_gateway, is_ready_only_when_every_shard_is) {
  auto all_ready = [&] {
    auto lines = subject->ready();
    return std::all_of(lines.begin(), lines.end(), [](const readiness& r) { return r.ready; });
  };
  subject->stands(standing(control_log, true));
  EXPECT_FALSE(all_ready()); // no queue yet
  subject->stands(standing(example_log, false, "Nobody leads."));
  EXPECT_FALSE(all_ready());
  subject->stands(standing(example_log, true));
  EXPECT_TRUE(all_ready());
}

} // namespace
} // namespace dure::gateway
