#include "actors/core/ledger_snapshot.hpp"
#include "actors/core/queries.hpp"
#include "actors/core/snapshot_codec.hpp"
#include "actors/scheduler/scheduler.hpp"
#include "tests/conformance/memory_channel.hpp"
#include "tests/conformance/memory_journal.hpp"
#include "tests/conformance/memory_snapshots.hpp"
#include "tests/conformance/memory_store.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/job_examples.hpp"

#include <array>

namespace dure {
namespace {

using test::example_command;
using test::example_job;
using test::example_log;
using test::example_spec;

supervisor_actor::behavior_type deaf_supervisor(supervisor_actor::pointer,
                                                std::vector<lease>* cancels,
                                                std::vector<boot_id>* namesakes) {
  return {
      [=](atom::status, const shard_status&) {},
      [=](atom::records) {},
      [=](atom::namesake, const boot_id& other) { namesakes->push_back(other); },
      [=](atom::cancel, const lease& of) { cancels->push_back(of); },
      [=](atom::mend, const shard_mending&) {},
      [=](atom::tick) {},
      [=](atom::drain) { return true; },
  };
}

/// Two nodes with a replica each of one log, in one process.
class followers : public test::actor_fixture {
protected:
  struct node {
    test::memory_store rows;
    std::unique_ptr<test::memory_snapshots> states;
    test::hand_audience audience;
    std::vector<lease> cancels;
    std::vector<boot_id> namesakes;
    supervisor_actor root;
    scheduler_actor scheduler;
  };

  test::memory_journal_source journals;
  test::memory_channels channels;
  test::snapshot_shelf shelf;
  std::array<node, 2> nodes;
  std::uint64_t snapshot_after = 30'000; ///< Few records lead to a snapshot.

  void SetUp() override {
    start(0);
    start(1);
    pass(milliseconds{5'000});
    ASSERT_NE(leader(), nullptr);
  }

  void start(std::size_t i) {
    auto& n = nodes[i];
    const auto name = i == 0 ? "a" : "b";
    n.root = ends_with_test(system.spawn(deaf_supervisor, &n.cancels, &n.namesakes));
    n.states = std::make_unique<test::memory_snapshots>(n.rows, shelf);
    replica_config config{example_log, name, boot_of(i), true, {"a", "b"}, i, true};
    config.snapshot_after_bytes = snapshot_after;
    n.scheduler = ends_with_test(
        system.spawn(scheduler, scheduler_context{"default", 0, config, time, n.rows, journals,
                                                  *n.states, n.audience, log, n.root, &channels}));
    run();
  }

  static boot_id boot_of(std::size_t i) { return boot_id{make_random_uuid(i + 1, 9)}; }

  shard_status status_of(const node& n) {
    auto told = ask<shard_status>(n.scheduler, atom::status::value);
    return told->value_or(shard_status{});
  }

  node* leader() {
    for (auto& n : nodes)
      if (n.scheduler && status_of(n).standing.leads)
        return &n;
    return nullptr;
  }

  node& follower() { return leader() == &nodes[0] ? nodes[1] : nodes[0]; }

  auto wish(const node& at, std::vector<command> commands) {
    return ask<outcome_batch>(at.scheduler, atom::wish::value, wish_batch{std::move(commands)});
  }

  auto claim_at(const node& at, std::string name, const boot_id& boot, milliseconds patience) {
    claim body{claim_id{make_random_uuid(3, 3)}, std::move(name), boot, {{"noop", 1}}};
    return ask<outcome_batch>(at.scheduler, atom::claim::value,
                              claim_request{{example_command(900), "w", body}, patience});
  }
};

TEST_F(followers, take_wishes_as_the_leader_does_and_show_them_at_once) {
  auto& asked = follower();
  auto told = wish(asked, {{example_command(1), "test", submit{example_spec(1)}},
                           {example_command(2), "test", cancel{example_job(99)}}});
  ASSERT_TRUE(*told);
  ASSERT_EQ((*told)->outcomes.size(), 2U);
  EXPECT_TRUE((*told)->outcomes[0]);
  EXPECT_EQ((*told)->outcomes[1].error().code, errc::not_found);
  EXPECT_TRUE(queries::find_job(asked.rows, example_job(1))) << "its own view must show it";
}

TEST_F(followers, send_on_more_than_fits_into_one_message) {
  std::vector<command> many;
  for (std::uint64_t n = 1; n <= 120; ++n) {
    auto spec = example_spec(n);
    spec.input = "\"" + std::string(15'000, 'x') + "\"";
    many.push_back({example_command(n), "test", submit{spec}});
  }
  auto told = wish(follower(), many);
  pass(milliseconds{500});
  ASSERT_TRUE(*told);
  ASSERT_EQ((*told)->outcomes.size(), 120U);
  for (std::size_t i = 0; i < 120; ++i) {
    ASSERT_TRUE((*told)->outcomes[i]) << i;
    EXPECT_EQ(std::get<job_taken>(*(*told)->outcomes[i]).id, example_job(i + 1));
  }
}

TEST_F(followers, let_their_workers_have_jobs_that_come_elsewhere) {
  auto& with_worker = follower();
  const auto name = &with_worker == &nodes[0] ? "a" : "b";
  auto claimed =
      claim_at(with_worker, name, boot_of(&with_worker == &nodes[0] ? 0 : 1), milliseconds{10'000});
  pass(milliseconds{500});
  EXPECT_FALSE(*claimed);
  wish(*leader(), {{example_command(1), "test", submit{example_spec(1)}}});
  ASSERT_TRUE(*claimed);
  const auto& grants = std::get<granted>(*(*claimed)->outcomes.front()).grants;
  ASSERT_EQ(grants.size(), 1U);
  EXPECT_EQ(grants.front().spec.id, example_job(1));
}

TEST_F(followers, pass_a_cancel_to_the_node_that_runs_the_job) {
  auto& runs = follower();
  const auto mine = &runs == &nodes[0] ? std::size_t{0} : 1;
  wish(*leader(), {{example_command(1), "test", submit{example_spec(1)}}});
  claim_at(runs, mine == 0 ? "a" : "b", boot_of(mine), milliseconds{1'000});
  wish(*leader(), {{example_command(2), "test", cancel{example_job(1)}}});
  pass(milliseconds{200});
  ASSERT_EQ(runs.cancels.size(), 1U);
  EXPECT_EQ(runs.cancels.front().job, example_job(1));
  EXPECT_TRUE(leader()->cancels.empty());
}

TEST_F(followers, answer_a_barrier_with_the_leaders_word) {
  auto told = ask<outcome_batch>(follower().scheduler, atom::barrier::value);
  ASSERT_TRUE(*told);
  EXPECT_TRUE((*told)->outcomes.front());
}

TEST_F(followers, take_over_when_the_leader_dies_and_free_what_it_held) {
  auto* first = leader();
  const auto mine = first == &nodes[0] ? std::size_t{0} : 1;
  auto& other = follower();
  wish(*first, {{example_command(1), "test", submit{example_spec(1)}}});
  claim_at(*first, mine == 0 ? "a" : "b", boot_of(mine), milliseconds{1'000});
  ASSERT_EQ(queries::find_job(other.rows, example_job(1))->state, job_state::running);
  caf::anon_send_exit(first->scheduler, caf::exit_reason::kill);
  first->scheduler = nullptr;
  pass(milliseconds{5'000});
  EXPECT_TRUE(status_of(other).standing.leads);
  pass(milliseconds{5'000});
  EXPECT_EQ(queries::find_job(other.rows, example_job(1))->state, job_state::pending);
}

TEST_F(followers, say_that_nobody_knows_when_the_leader_dies_over_a_wish) {
  auto& asked = follower();
  auto* first = leader();
  channels.cut = true;
  auto told = wish(asked, {{example_command(1), "test", submit{example_spec(1)}}});
  EXPECT_FALSE(*told);
  caf::anon_send_exit(first->scheduler, caf::exit_reason::kill);
  first->scheduler = nullptr;
  pass(milliseconds{5'000});
  ASSERT_TRUE(*told) << "a new leader's claim ends the wait";
  EXPECT_EQ((*told)->outcomes.front().error().code, errc::unknown_outcome);
}

TEST_F(followers, start_empty_from_a_snapshot_that_the_other_has_read_back) {
  for (std::uint64_t n = 1; n <= 150; ++n) {
    auto spec = example_spec(n);
    spec.input = "\"" + std::string(1'000, 'x') + "\"";
    wish(*leader(), {{example_command(n), "test", submit{spec}}});
    pass(milliseconds{100});
  }
  auto& led = *leader();
  auto& wiped = follower();
  const auto i = &wiped == &nodes[0] ? std::size_t{0} : 1;
  auto known = snapshots_of(led.rows, example_log);
  ASSERT_TRUE(trim_point(*known)) << "two were read back";
  EXPECT_EQ(*first_raw_record(led.rows, example_log), *trim_point(*known));
  caf::anon_send_exit(wiped.scheduler, caf::exit_reason::kill);
  run();
  for (std::size_t f = 0; f < family_count; ++f)
    ASSERT_TRUE(wiped.rows.erase(static_cast<family>(f), {"", "\xff"}));
  start(i);
  pass(milliseconds{3'000});
  wish(led, {{example_command(500), "test", submit{example_spec(500)}}});
  EXPECT_TRUE(log.has("snapshot-install"));
  EXPECT_EQ(status_of(wiped).standing.index, status_of(led).standing.index);
  EXPECT_EQ(*digest_of(wiped.rows, example_log), *digest_of(led.rows, example_log));
  EXPECT_TRUE(queries::find_job(wiped.rows, example_job(1)));
}

TEST_F(followers, tell_of_a_namesake) {
  auto& n = nodes[0];
  replica_config config{example_log, "a", boot_of(7), true, {"a", "b"}, 5, true};
  test::memory_store rows;
  test::memory_snapshots states{rows, shelf};
  auto twin =
      system.spawn(scheduler, scheduler_context{"default", 0, config, time, rows, journals, states,
                                                n.audience, log, n.root, &channels});
  pass(milliseconds{1'000});
  EXPECT_FALSE(n.namesakes.empty());
  caf::anon_send_exit(twin, caf::exit_reason::kill);
  run();
}

} // namespace
} // namespace dure
