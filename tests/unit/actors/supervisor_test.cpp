#include "actors/supervisor/supervisor.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/scripted_scheduler.hpp"

namespace dure {
namespace {

struct worker_notes {
  route_table routes;
  std::vector<lease> cancels;
  bool drained = false;
};

worker_actor::behavior_type noting_worker(worker_actor::pointer, worker_notes* notes) {
  return {
      [=](atom::routes, const route_table& table) { notes->routes = table; },
      [=](atom::cancel, const lease& of) { notes->cancels.push_back(of); },
      [=](atom::handlers, const std::vector<handler_message>&) {},
      [=](atom::courier, const courier_message&) {},
      [=](atom::tick) {},
      [=](atom::drain) {
        notes->drained = true;
        return true;
      },
      [=](atom::status) { return worker_status{}; },
  };
}

class supervisor_shell : public test::actor_fixture {
protected:
  struct started_scheduler {
    shard_place place;
    scheduler_actor handle;
  };

  std::vector<queue_definition> queues; ///< What `control` holds.
  std::map<log_number, test::scheduler_script> scripts;
  std::vector<started_scheduler> schedulers; ///< In the order of their starts.
  std::vector<worker_actor> workers;
  worker_notes work;
  std::vector<std::string> gave_up;
  std::vector<put_record> own_records;
  std::vector<std::string> members;
  supervisor_actor subject = start();

  supervisor_actor start() {
    supervisor_context context{
        "node-1",
        [this](const shard_place& place, const supervisor_actor&) {
          auto handle = ends_with_test(system.spawn(test::scripted_scheduler, &scripts[place.log]));
          schedulers.push_back({place, handle});
          return handle;
        },
        [this] {
          workers.push_back(ends_with_test(system.spawn(noting_worker, &work)));
          return workers.back();
        },
        [this]() -> result<std::vector<queue_definition>> { return queues; },
        {{"documents", {"queue/documents", "{}", 0, {}}}},
        {},
        [this](std::string reason) { gave_up.push_back(std::move(reason)); },
        time,
        log};
    context.own_records = [this] { return own_records; };
    context.read_members = [this]() -> result<std::vector<std::string>> { return members; };
    context.boot = boot_id{make_random_uuid(5, 5)};
    auto started = ends_with_test(system.spawn(supervisor, std::move(context)));
    run();
    return started;
  }

  void now_leads(log_number number_of_log) {
    shard_status status;
    status.log = number_of_log;
    status.standing.leads = true;
    status.standing.caught_up = true;
    tell(subject, atom::status::value, status);
  }

  void now_follows(log_number number_of_log, std::string leader) {
    shard_status status;
    status.log = number_of_log;
    status.standing.caught_up = true;
    status.standing.leader = std::move(leader);
    tell(subject, atom::status::value, status);
  }

  void add_queue(std::string name, std::uint16_t number_of_log, std::uint64_t version) {
    queue_definition queue{std::move(name), {log_number{number_of_log}}, {}, {}};
    queue.settings.version = version;
    queues.push_back(std::move(queue));
    tell(subject, atom::records::value);
  }

  void kill(const caf::actor& victim) {
    caf::anon_send_exit(victim, caf::exit_reason::kill);
    run();
  }
};

TEST_F(supervisor_shell, starts_control_and_the_worker_first) {
  ASSERT_EQ(schedulers.size(), 1U);
  EXPECT_EQ(schedulers.front().place.log, control_log);
  EXPECT_EQ(workers.size(), 1U);
}

TEST_F(supervisor_shell, makes_the_first_queues_once_control_leads) {
  EXPECT_TRUE(scripts[control_log].wishes.empty());
  now_leads(control_log);
  auto wishes = scripts[control_log].all<put_record>();
  ASSERT_EQ(wishes.size(), 1U);
  EXPECT_EQ(wishes.front().key, "queue/documents");
  EXPECT_EQ(wishes.front().expected, 0U);
}

TEST_F(supervisor_shell, makes_no_queue_that_is_there_already) {
  add_queue("documents", 1, 1);
  now_leads(control_log);
  EXPECT_TRUE(scripts[control_log].all<put_record>().empty());
}

TEST_F(supervisor_shell, starts_a_scheduler_for_each_shard_and_tells_where_it_is) {
  now_leads(control_log);
  add_queue("documents", 1, 1);
  ASSERT_EQ(schedulers.size(), 2U);
  EXPECT_EQ(schedulers.back().place.queue, "documents");
  ASSERT_EQ(work.routes.shards.size(), 2U);
  EXPECT_EQ(work.routes.shards.back().scheduler, schedulers.back().handle);
}

TEST_F(supervisor_shell, tells_a_leader_its_settings_once_a_version) {
  now_leads(control_log);
  add_queue("documents", 1, 4);
  auto& script = scripts[log_number{1}];
  EXPECT_TRUE(script.all<configure_queue>().empty());
  now_leads(log_number{1});
  ASSERT_EQ(script.all<configure_queue>().size(), 1U);
  EXPECT_EQ(script.all<configure_queue>().front().settings.version, 4U);
  tell(subject, atom::records::value);
  EXPECT_EQ(script.all<configure_queue>().size(), 1U);
  queues.front().settings.version = 5;
  tell(subject, atom::records::value);
  EXPECT_EQ(script.all<configure_queue>().size(), 2U);
}

TEST_F(supervisor_shell, tells_the_settings_again_when_they_were_not_taken) {
  now_leads(control_log);
  add_queue("documents", 1, 4);
  auto& script = scripts[log_number{1}];
  script.refusal = errc::unavailable;
  now_leads(log_number{1});
  script.refusal.reset();
  pass(milliseconds{300});
  EXPECT_EQ(script.all<configure_queue>().size(), 2U);
}

TEST_F(supervisor_shell, restarts_a_killed_scheduler_and_tells_where_it_is_now) {
  kill(caf::actor_cast<caf::actor>(schedulers.front().handle));
  EXPECT_EQ(schedulers.size(), 1U);
  pass(milliseconds{200});
  ASSERT_EQ(schedulers.size(), 2U);
  EXPECT_EQ(schedulers.back().place.log, control_log);
  ASSERT_EQ(work.routes.shards.size(), 1U);
  EXPECT_EQ(work.routes.shards.front().scheduler, schedulers.back().handle);
  EXPECT_TRUE(log.has("actor-died"));
}

TEST_F(supervisor_shell, restarts_a_scheduler_whose_store_failed_as_long_as_that_lasts) {
  for (std::size_t i = 0; i < 2 * restart_policy::deaths_max; ++i) {
    shard_status status;
    status.log = control_log;
    status.halted = errc::store_failed;
    tell(subject, atom::status::value, status);
    pass(milliseconds{1'200});
    EXPECT_EQ(schedulers.size(), i + 2);
  }
  EXPECT_TRUE(gave_up.empty());
}

TEST_F(supervisor_shell, leaves_a_scheduler_halted_that_met_a_fork) {
  shard_status status;
  status.log = control_log;
  status.halted = errc::corrupt;
  tell(subject, atom::status::value, status);
  pass(milliseconds{2'000});
  EXPECT_EQ(schedulers.size(), 1U);
}

TEST_F(supervisor_shell, repeats_an_accepted_loss_to_every_life_until_the_log_goes_on) {
  const shard_mending word{control_log, shard_mending::way::accept_loss, {}};
  auto& heard = scripts[control_log].mendings;
  tell(subject, atom::mend::value, word);
  ASSERT_EQ(heard.size(), 1U);
  kill(caf::actor_cast<caf::actor>(schedulers.front().handle));
  heard.clear();
  pass(milliseconds{500});
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.front(), word);
  now_leads(control_log);
  pass(milliseconds{200});
  heard.clear();
  pass(milliseconds{500});
  EXPECT_TRUE(heard.empty());
}

TEST_F(supervisor_shell, holds_an_accepted_loss_for_a_minute_at_most) {
  tell(subject, atom::mend::value, shard_mending{control_log, shard_mending::way::accept_loss, {}});
  pass(milliseconds{61'000});
  auto& heard = scripts[control_log].mendings;
  heard.clear();
  pass(milliseconds{1'000});
  EXPECT_TRUE(heard.empty());
}

TEST_F(supervisor_shell, accepts_losses_only_where_its_own_records_are_kept) {
  using way = shard_mending::way;
  auto& heard = scripts[control_log].mendings;
  for (const auto& word : {shard_mending{control_log, way::keep_log, {}},
                           shard_mending{control_log, way::keep_node, "node-2"},
                           shard_mending{control_log, way::keep_node, "node-1"},
                           shard_mending{control_log, way::stand_aside, "node-2"},
                           shard_mending{log_number{9}, way::keep_log, {}}}) {
    tell(subject, atom::mend::value, word);
    pass(milliseconds{300});
  }
  EXPECT_EQ(heard.size(), 3U) << "each is handed on once, where the log and the node are ours";
  tell(subject, atom::mend::value, shard_mending{control_log, way::stand_aside, "node-1"});
  pass(milliseconds{300});
  EXPECT_EQ(heard.back().how, way::accept_loss);
  tell(subject, atom::mend::value, shard_mending{control_log, way::keep_log, {}});
  heard.clear();
  pass(milliseconds{300});
  EXPECT_TRUE(heard.empty()) << "a later word ends what an earlier one accepted";
}

TEST_F(supervisor_shell, restarts_a_killed_worker_and_tells_it_all_routes) {
  kill(caf::actor_cast<caf::actor>(workers.front()));
  work.routes = {};
  pass(milliseconds{200});
  EXPECT_EQ(workers.size(), 2U);
  EXPECT_EQ(work.routes.shards.size(), 1U);
}

TEST_F(supervisor_shell, gives_the_node_up_when_an_actor_dies_again_and_again) {
  for (std::size_t i = 0; i <= restart_policy::deaths_max; ++i) {
    kill(caf::actor_cast<caf::actor>(workers.back()));
    pass(restart_policy::delay_max);
  }
  EXPECT_EQ(gave_up.size(), 1U);
}

TEST_F(supervisor_shell, takes_everything_that_it_kept_alive_with_it) {
  kill(caf::actor_cast<caf::actor>(subject));
  tell(workers.front(), atom::cancel::value, lease{});
  EXPECT_TRUE(work.cancels.empty());
  EXPECT_FALSE(*ask<shard_status>(schedulers.front().handle, atom::status::value));
}

TEST_F(supervisor_shell, passes_a_cancel_to_the_worker) {
  lease of;
  of.attempt = 3;
  tell(subject, atom::cancel::value, of);
  EXPECT_EQ(work.cancels, std::vector<lease>{of});
}

TEST_F(supervisor_shell, puts_the_nodes_own_record_through_another_leader_but_no_queues) {
  own_records = {{"node/node-1", "{}", {}, {}}};
  now_follows(control_log, "");
  EXPECT_TRUE(scripts[control_log].wishes.empty()) << "nobody is there to ask";
  now_follows(control_log, "node-2");
  const auto puts = scripts[control_log].all<put_record>();
  ASSERT_EQ(puts.size(), 1U);
  EXPECT_EQ(puts.front().key, "node/node-1");
}

TEST_F(supervisor_shell, tells_all_schedulers_who_may_lead) {
  now_leads(control_log);
  members = {"node-1", "node-2"};
  add_queue("documents", 1, 1);
  EXPECT_EQ(scripts[control_log].members, members);
  EXPECT_EQ(scripts[log_number{1}].members, members) << "also those that start later";
}

TEST_F(supervisor_shell, ends_at_once_when_it_comes_second_to_a_name) {
  tell(subject, atom::namesake::value, boot_id{make_random_uuid(1, 1)});
  ASSERT_EQ(gave_up.size(), 1U);
  EXPECT_NE(gave_up.front().find("another node named node-1"), std::string::npos);
}

TEST_F(supervisor_shell, lets_one_of_two_old_namesakes_go_on) {
  pass(milliseconds{5'000});
  const auto smaller = boot_id{uuid{}};
  tell(subject, atom::namesake::value, smaller);
  pass(milliseconds{3'000});
  tell(subject, atom::namesake::value, smaller);
  EXPECT_TRUE(gave_up.empty()) << "the other one ends";
  uuid greater;
  greater.bytes.fill(255);
  tell(subject, atom::namesake::value, boot_id{greater});
  EXPECT_EQ(gave_up.size(), 1U);
}

TEST_F(supervisor_shell, drains_the_worker_before_the_schedulers_and_restarts_nobody) {
  auto drained = ask<bool>(subject, atom::drain::value);
  ASSERT_TRUE(*drained);
  EXPECT_TRUE(work.drained);
  EXPECT_TRUE(scripts[control_log].drained);
  kill(caf::actor_cast<caf::actor>(workers.front()));
  pass(milliseconds{1'000});
  EXPECT_EQ(workers.size(), 1U);
}

} // namespace
} // namespace dure
