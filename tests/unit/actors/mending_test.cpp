#include "actors/core/queries.hpp"
#include "actors/core/snapshot_codec.hpp"
#include "actors/scheduler/scheduler.hpp"
#include "actors/supervisor/supervisor.hpp"
#include "tests/conformance/memory_channel.hpp"
#include "tests/conformance/memory_journal.hpp"
#include "tests/conformance/memory_snapshots.hpp"
#include "tests/conformance/memory_store.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/job_examples.hpp"

#include <memory>
#include <string>

namespace dure {
namespace {

using way = shard_mending::way;

/// Two nodes with all that a log needs to live again on each, in one process. The log is `control`,
/// which every node has from its start on.
class mending : public test::actor_fixture {
protected:
  struct node {
    std::string name;
    test::memory_store rows;
    std::unique_ptr<test::memory_snapshots> states;
    test::hand_audience audience;
    supervisor_actor root;
    scheduler_actor scheduler;
  };

  test::memory_journal_source journals;
  test::memory_channels channels;
  test::snapshot_shelf shelf;
  node a;
  node b;
  std::uint64_t lives = 0;
  std::uint64_t commands = 0;

  void SetUp() override {
    a.name = "a";
    b.name = "b";
  }

  void start(node& n) {
    const boot_id boot{make_random_uuid(++lives, 9)};
    n.states = std::make_unique<test::memory_snapshots>(n.rows, shelf);
    supervisor_context context{n.name, {}, {}, {}, {}, {}, [](const std::string&) {}, time, log};
    context.boot = boot;
    context.read_queues = []() -> result<std::vector<queue_definition>> {
      return std::vector<queue_definition>{};
    };
    context.start_scheduler = [this, &n, boot](const shard_place& place,
                                               const supervisor_actor& above) {
      replica_config config{place.log, n.name, boot, true, {"a", "b"}, lives, true};
      n.scheduler = ends_with_test(system.spawn(
          scheduler, scheduler_context{place.queue, place.shard, config, time, n.rows, journals,
                                       *n.states, n.audience, log, above, &channels,
                                       [this](const shard_mending& word) { hear_all(word); }}));
      return n.scheduler;
    };
    n.root = ends_with_test(system.spawn(supervisor, std::move(context)));
    run();
  }

  void kill(node& n) {
    caf::anon_send_exit(n.root, caf::exit_reason::kill);
    run();
    n.root = nullptr;
    n.scheduler = nullptr;
  }

  /// As every living node hears it.
  void hear_all(const shard_mending& word) {
    for (auto* n : {&a, &b})
      if (n->root)
        caf::anon_send(n->root, atom::mend::value, word);
  }

  void say(way how, const std::string& kept = {}) {
    hear_all({control_log, how, kept});
    run();
  }

  shard_status status_of(const node& n) {
    auto told = ask<shard_status>(n.scheduler, atom::status::value);
    return told->value_or(shard_status{});
  }

  bool leads(const node& n) { return status_of(n).standing.leads; }

  bool halted(const node& n) { return status_of(n).halted.has_value(); }

  std::string why_not(const node& n) { return status_of(n).standing.why_not; }

  void put(const node& at, const std::string& key) {
    command wish{test::example_command(++commands), "test", put_record{key, "{}", {}, {}}};
    auto told = ask<outcome_batch>(at.scheduler, atom::wish::value, wish_batch{{wish}});
    pass(milliseconds{500});
    ASSERT_TRUE(*told);
    ASSERT_TRUE((*told)->outcomes.front());
  }

  static bool has(const node& n, const std::string& key) {
    return bool{queries::find_record(n.rows, control_log, key)};
  }

  void expect_equal() {
    EXPECT_EQ(status_of(a).standing.index, status_of(b).standing.index);
    EXPECT_EQ(*digest_of(a.rows, control_log), *digest_of(b.rows, control_log));
  }

  /// "a" has applied a record that the log then lost, and "b" has written others in its place.
  void fork() {
    start(a);
    pass(milliseconds{5'000});
    start(b);
    pass(milliseconds{1'000});
    put(a, "common");
    kill(b);
    put(a, "only-a");
    kill(a);
    journals.truncate("control", 0, 1);
    start(b);
    pass(milliseconds{8'000});
    ASSERT_TRUE(leads(b));
    put(b, "only-b");
    start(a);
    pass(milliseconds{2'000});
    ASSERT_EQ(status_of(a).halted, errc::corrupt);
  }
};

TEST_F(mending, names_the_commands_where_a_log_has_forked) {
  fork();
  const auto reason = why_not(a);
  EXPECT_NE(reason.find("`dure shard resolve control 0 --keep log`"), std::string::npos) << reason;
  EXPECT_NE(reason.find("`dure shard resolve control 0 --keep a`"), std::string::npos) << reason;
}

TEST_F(mending, keeps_the_log_and_starts_the_halted_node_anew) {
  fork();
  say(way::keep_log);
  pass(milliseconds{3'000});
  EXPECT_FALSE(halted(a));
  EXPECT_TRUE(leads(b));
  expect_equal();
  EXPECT_TRUE(has(a, "common"));
  EXPECT_TRUE(has(a, "only-b"));
  EXPECT_FALSE(has(a, "only-a"));
  put(a, "later");
  EXPECT_TRUE(has(b, "later"));
}

TEST_F(mending, keeps_a_nodes_records_and_halts_who_has_others) {
  fork();
  say(way::keep_node, "a");
  EXPECT_NE(why_not(b).find("Stands aside until node a leads"), std::string::npos) << why_not(b);
  pass(milliseconds{10'000});
  EXPECT_TRUE(leads(a));
  EXPECT_TRUE(has(a, "only-a"));
  ASSERT_EQ(status_of(b).halted, errc::corrupt);
  EXPECT_NE(why_not(b).find("--keep log`"), std::string::npos) << why_not(b);
  put(a, "later");
  say(way::keep_log);
  pass(milliseconds{3'000});
  EXPECT_TRUE(leads(a)) << "it goes on meanwhile";
  expect_equal();
  EXPECT_TRUE(has(b, "only-a"));
  EXPECT_FALSE(has(b, "only-b"));
  EXPECT_TRUE(has(b, "later"));
}

TEST_F(mending, keeps_only_the_records_of_a_node_that_has_halted) {
  fork();
  say(way::keep_node, "b");
  EXPECT_TRUE(log.has("shard-not-resolved"));
  pass(milliseconds{5'000});
  EXPECT_TRUE(leads(b));
  EXPECT_TRUE(has(b, "only-b"));
  EXPECT_EQ(status_of(a).halted, errc::corrupt);
  say(way::keep_node, "nobody");
  pass(milliseconds{1'000});
  EXPECT_TRUE(leads(b)) << "who does not exist keeps nothing up";
}

TEST_F(mending, carries_out_one_word_after_the_other) {
  fork();
  journals.set_away(true);
  say(way::keep_node, "a");
  say(way::keep_log);
  EXPECT_TRUE(log.has("shard-not-resolved"));
  pass(milliseconds{2'000});
  journals.set_away(false);
  pass(milliseconds{25'000});
  EXPECT_TRUE(leads(a));
  EXPECT_TRUE(has(a, "only-a"));
  EXPECT_EQ(status_of(b).halted, errc::corrupt) << "it has given nothing up";
  EXPECT_TRUE(has(b, "only-b"));
}

TEST_F(mending, goes_on_when_the_node_that_was_chosen_is_heard_no_more) {
  fork();
  journals.set_away(true);
  say(way::keep_node, "a");
  kill(a);
  journals.set_away(false);
  pass(milliseconds{60'000});
  EXPECT_TRUE(halted(b));
  pass(milliseconds{70'000});
  EXPECT_FALSE(halted(b));
  EXPECT_TRUE(leads(b));
  put(b, "later");
}

TEST_F(mending, tells_others_that_a_halted_node_does_not_lead) {
  start(a);
  pass(milliseconds{5'000});
  start(b);
  pass(milliseconds{1'000});
  ASSERT_TRUE(leads(a));
  tell(a.root, atom::mend::value, shard_mending{control_log, way::stand_aside, "b"});
  EXPECT_TRUE(halted(a));
  pass(milliseconds{1'000});
  EXPECT_TRUE(leads(b)) << "at once, not after three silent seconds";
  EXPECT_FALSE(halted(a));
}

TEST_F(mending, keeps_no_log_that_has_no_records) {
  fork();
  journals.lose("control", 0);
  say(way::keep_log);
  EXPECT_TRUE(log.has("shard-not-resolved"));
  EXPECT_TRUE(halted(a));
  EXPECT_TRUE(has(a, "only-a"));
}

TEST_F(mending, leaves_a_log_alone_that_goes_on) {
  start(a);
  pass(milliseconds{5'000});
  start(b);
  put(a, "common");
  say(way::keep_log);
  say(way::accept_loss);
  pass(milliseconds{1'000});
  EXPECT_TRUE(leads(a));
  EXPECT_FALSE(halted(b));
  put(b, "later");
  expect_equal();
}

TEST_F(mending, looks_again_when_the_journal_was_away) {
  fork();
  journals.set_away(true);
  say(way::keep_log);
  pass(milliseconds{1'000});
  journals.set_away(false);
  EXPECT_TRUE(halted(a));
  pass(milliseconds{16'000});
  EXPECT_FALSE(halted(a));
  expect_equal();
}

TEST_F(mending, forgets_a_word_that_could_not_be_carried_out_for_a_minute) {
  fork();
  journals.set_away(true);
  say(way::keep_log);
  pass(milliseconds{61'000});
  journals.set_away(false);
  pass(milliseconds{20'000});
  EXPECT_TRUE(halted(a));
  EXPECT_TRUE(log.has("shard-not-resolved"));
}

TEST_F(mending, goes_on_without_a_dead_nodes_records_once_their_loss_is_accepted) {
  start(a);
  pass(milliseconds{5'000});
  start(b);
  pass(milliseconds{1'000});
  put(a, "common");
  journals.lose("control", 0);
  kill(a);
  pass(milliseconds{20'000});
  EXPECT_FALSE(leads(b));
  const auto reason = why_not(b);
  EXPECT_NE(reason.find("`dure shard recover control 0 --accept-loss`"), std::string::npos)
      << reason;
  say(way::accept_loss);
  pass(milliseconds{5'000});
  EXPECT_TRUE(leads(b));
  EXPECT_TRUE(has(b, "common"));
  put(b, "later");
}

} // namespace
} // namespace dure
