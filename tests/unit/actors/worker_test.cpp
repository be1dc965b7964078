#include "actors/worker/worker.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/job_examples.hpp"
#include "tests/unit/actors/scripted_scheduler.hpp"

namespace dure {
namespace {

using test::example_grant;
using test::example_job;
using test::example_log;

class worker_shell : public test::actor_fixture {
protected:
  test::hand_sandbox handlers{{{"noop", 2, false}, {"document.parse", 2, true}}};
  test::hand_courier courier;
  test::hand_progress progress;
  test::hand_lines lines;
  test::scheduler_script script;
  scheduler_actor shard = ends_with_test(system.spawn(test::scripted_scheduler, &script));
  worker_actor subject = start();

  worker_actor start() {
    worker_context context{"node-1", {}, milliseconds{25'000}, time, handlers, courier, progress,
                           lines,    log};
    return ends_with_test(system.spawn(worker, std::move(context)));
  }

  void tell_routes(const worker_actor& to) {
    tell(to, atom::routes::value, route_table{{{example_log, "default", 0, shard}}});
  }

  void SetUp() override { tell_routes(subject); }

  /// The log answers the oldest claim that waits.
  void answer_claim(result<answer> outcome) {
    ASSERT_FALSE(script.claims.empty());
    script.next_answer = std::move(outcome);
    tell(shard, atom::tick::value);
  }

  void give(std::vector<grant> grants) { answer_claim(answer{granted{std::move(grants)}}); }

  void end(std::uint64_t n, attempt_end how, std::string result = "{}") {
    handlers.end(example_grant(n).of, how, std::move(result));
    run();
  }
};

TEST_F(worker_shell, ends_the_leases_of_earlier_lives_before_it_claims) {
  ASSERT_FALSE(script.wishes.empty());
  const auto& first = std::get<lose_node>(script.wishes.front().body);
  EXPECT_EQ(first.node, "node-1");
  EXPECT_FALSE(first.except);
  ASSERT_EQ(script.claims.size(), 1U);
  EXPECT_EQ(script.claims.front().wish.demands.size(), 2U);
}

TEST_F(worker_shell, claims_nothing_until_the_earlier_leases_are_ended) {
  script = {};
  script.refusal = errc::not_leader;
  auto other = start();
  tell_routes(other);
  pass(milliseconds{300});
  EXPECT_TRUE(script.claims.empty());
  auto hellos = script.wishes;
  ASSERT_GE(hellos.size(), 2U);
  EXPECT_EQ(hellos.front().id, hellos.back().id);
  script.refusal.reset();
  pass(milliseconds{200});
  EXPECT_EQ(script.claims.size(), 1U);
}

TEST_F(worker_shell, reports_what_an_answer_that_the_log_refuses_has_cost) {
  give({example_grant(1)});
  handler_end done;
  done.of = example_grant(1).of;
  done.result = "{}";
  done.charge = {{10, 20, 300}, {}, true};
  script.refusal = errc::invalid;
  handlers.end(std::move(done));
  run();
  ASSERT_FALSE(script.all<fail>().empty());
  const auto instead = script.all<fail>().front();
  EXPECT_EQ(instead.failure.code, "result_refused");
  EXPECT_EQ(instead.cost, (job_cost{10, 20, 300}));
  EXPECT_TRUE(instead.possibly_charged);
}

TEST_F(worker_shell, says_when_an_answer_is_not_for_equal_work) {
  give({example_grant(1), example_grant(2)});
  end(1, attempt_end::completed);
  EXPECT_FALSE(log.has("answer-not-reusable"));
  handler_end done;
  done.of = example_grant(2).of;
  done.result = "{}";
  done.reusable = false;
  handlers.end(std::move(done));
  run();
  EXPECT_EQ(log.of("answer-not-reusable")["job"], to_string(example_job(2)));
}

TEST_F(worker_shell, runs_what_it_was_granted_and_reports_how_it_ended) {
  give({example_grant(1)});
  ASSERT_EQ(handlers.tasks.size(), 1U);
  EXPECT_TRUE(handlers.tasks.front().scratch.empty());
  end(1, attempt_end::completed, R"({"a":1})");
  auto reports = script.all<complete>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports.front().of, example_grant(1).of);
  EXPECT_EQ(reports.front().outcome.json, R"({"a":1})");
}

TEST_F(worker_shell, logs_a_failed_attempt_with_all_that_names_it) {
  give({example_grant(1)});
  const auto of = example_grant(1).of;
  handler_end failed;
  failed.of = of;
  failed.end = attempt_end::failed;
  failed.failure = job_error{"damaged", "No PDF.", false};
  handlers.tell({failed});
  run();
  const test::hand_log::fields wanted{{"text", "damaged: No PDF."},
                                      {"job", to_string(of.job)},
                                      {"attempt", std::to_string(of.attempt)},
                                      {"queue", "default"},
                                      {"shard", "0"},
                                      {"epoch", std::to_string(number(of.epoch))}};
  EXPECT_EQ(log.of("attempt-failed"), wanted);
}

TEST_F(worker_shell, claims_again_while_there_is_room) {
  give({example_grant(1)});
  ASSERT_EQ(script.claims.size(), 1U);
  const auto& wanted = script.claims.front().wish.demands;
  auto noop =
      std::find_if(wanted.begin(), wanted.end(), [](const demand& d) { return d.kind == "noop"; });
  ASSERT_NE(noop, wanted.end());
  EXPECT_EQ(noop->jobs, 1U);
}

TEST_F(worker_shell, reports_until_the_log_has_taken_it) {
  give({example_grant(1)});
  script.refusal = errc::not_leader;
  end(1, attempt_end::completed);
  pass(milliseconds{300});
  script.refusal.reset();
  pass(milliseconds{100});
  auto tries = script.all<complete>().size();
  EXPECT_GE(tries, 2U);
  pass(milliseconds{500});
  EXPECT_EQ(script.all<complete>().size(), tries);
}

TEST_F(worker_shell, drops_a_report_that_came_too_late) {
  give({example_grant(1)});
  script.refusal = errc::stale_lease;
  end(1, attempt_end::completed);
  script.refusal.reset();
  pass(milliseconds{500});
  EXPECT_EQ(script.all<complete>().size(), 1U);
  EXPECT_TRUE(log.has("report-refused"));
}

TEST_F(worker_shell, repeats_a_claim_that_got_no_answer_under_its_own_id) {
  auto asked = script.claims.front().wish.id;
  answer_claim(error{errc::unavailable, {}});
  pass(milliseconds{100});
  ASSERT_FALSE(script.claims.empty());
  EXPECT_EQ(script.claims.front().wish.id, asked);
}

TEST_F(worker_shell, stages_files_before_it_runs_and_removes_them_afterwards) {
  give({example_grant(1, "document.parse")});
  ASSERT_EQ(handlers.tasks.size(), 1U);
  EXPECT_EQ(handlers.tasks.front().scratch, "/scratch");
  end(1, attempt_end::completed);
  EXPECT_EQ(courier.discarded, std::vector<lease>{example_grant(1).of});
}

TEST_F(worker_shell, fails_a_job_whose_input_is_gone_for_good) {
  courier.failure = error{errc::not_found, {}};
  give({example_grant(1, "document.parse")});
  EXPECT_TRUE(handlers.tasks.empty());
  auto reports = script.all<fail>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports.front().failure.code, "input_missing");
  EXPECT_TRUE(reports.front().failure.retryable) << "another node may put it back";
}

TEST_F(worker_shell, keeps_a_large_result_as_a_blob) {
  give({example_grant(1)});
  end(1, attempt_end::completed, std::string(limits::inline_json_bytes_max + 1, 'x'));
  auto reports = script.all<complete>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports.front().outcome.json.empty());
  EXPECT_TRUE(reports.front().outcome.blob);
}

TEST_F(worker_shell, stages_again_while_the_files_are_out_of_reach) {
  courier.failure = error{errc::unavailable, {}};
  give({example_grant(1, "document.parse")});
  pass(milliseconds{500});
  EXPECT_TRUE(script.all<fail>().empty());
  courier.failure.reset();
  pass(milliseconds{1'000});
  EXPECT_EQ(handlers.tasks.size(), 1U);
}

TEST_F(worker_shell, throws_no_result_away_because_it_cannot_be_kept_now) {
  give({example_grant(1)});
  courier.failure = error{errc::unavailable, {}};
  end(1, attempt_end::completed, std::string(limits::inline_json_bytes_max + 1, 'x'));
  pass(milliseconds{3'000});
  EXPECT_TRUE(script.all<fail>().empty());
  courier.failure.reset();
  pass(milliseconds{1'000});
  ASSERT_EQ(script.all<complete>().size(), 1U);
  EXPECT_TRUE(script.all<complete>().front().outcome.blob);
}

TEST_F(worker_shell, ends_the_older_attempt_before_it_begins_a_newer_of_the_same_job) {
  give({example_grant(1)});
  auto newer = example_grant(1);
  newer.of.attempt = 2;
  give({newer});
  EXPECT_EQ(handlers.cancelled, std::vector<lease>{example_grant(1).of});
  EXPECT_EQ(handlers.tasks.size(), 1U);
  script.refusal = errc::stale_lease;
  end(1, attempt_end::cancelled);
  script.refusal.reset();
  ASSERT_EQ(handlers.tasks.size(), 2U);
  EXPECT_EQ(handlers.tasks.back().of, newer.of);
}

TEST_F(worker_shell, does_not_start_what_was_cancelled_before_its_grant_arrived) {
  auto cancelled = example_grant(1);
  cancelled.cancel_requested = true;
  give({cancelled});
  EXPECT_TRUE(handlers.tasks.empty());
  ASSERT_EQ(script.all<release>().size(), 1U);
  EXPECT_EQ(script.all<release>().front().end, attempt_end::cancelled);
}

TEST_F(worker_shell, stops_a_running_attempt_that_the_client_cancels) {
  give({example_grant(1)});
  tell(subject, atom::cancel::value, example_grant(1).of);
  EXPECT_EQ(handlers.cancelled, std::vector<lease>{example_grant(1).of});
  end(1, attempt_end::cancelled);
  auto reports = script.all<release>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports.front().end, attempt_end::cancelled);
}

TEST_F(worker_shell, gives_back_what_has_waited_for_a_second) {
  give({example_grant(1), example_grant(2), example_grant(3)});
  EXPECT_EQ(handlers.tasks.size(), 2U);
  pass(milliseconds{1'100});
  auto reports = script.all<release>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports.front().of, example_grant(3).of);
  EXPECT_EQ(reports.front().end, attempt_end::released);
}

TEST_F(worker_shell, publishes_progress_of_what_it_runs) {
  give({example_grant(1)});
  handlers.tell({handler_progress{example_grant(1).of, 4, 10, "text", "4/10"}});
  pass(milliseconds{100});
  ASSERT_EQ(progress.published.size(), 1U);
  EXPECT_EQ(progress.published.front().done, 4U);
}

TEST_F(worker_shell, stops_what_an_earlier_life_left_running) {
  handlers.tell({handler_progress{example_grant(9).of, 1, 2, "", ""}});
  run();
  EXPECT_EQ(handlers.cancelled, std::vector<lease>{example_grant(9).of});
}

TEST_F(worker_shell, finishes_what_runs_before_the_node_ends) {
  give({example_grant(1)});
  auto drained = ask<bool>(subject, atom::drain::value);
  pass(milliseconds{1'000});
  EXPECT_FALSE(*drained);
  end(1, attempt_end::completed);
  ASSERT_TRUE(*drained);
  EXPECT_EQ(script.all<complete>().size(), 1U);
}

TEST_F(worker_shell, gives_back_what_does_not_finish_in_time_when_the_node_ends) {
  give({example_grant(1)});
  auto drained = ask<bool>(subject, atom::drain::value);
  pass(milliseconds{25'100});
  EXPECT_EQ(handlers.cancelled, std::vector<lease>{example_grant(1).of});
  end(1, attempt_end::cancelled);
  ASSERT_TRUE(*drained);
  EXPECT_EQ(script.all<release>().front().end, attempt_end::released);
}

TEST_F(worker_shell, gives_back_what_it_is_granted_while_the_node_ends) {
  auto drained = ask<bool>(subject, atom::drain::value);
  give({example_grant(1)});
  EXPECT_TRUE(handlers.tasks.empty());
  EXPECT_EQ(script.all<release>().size(), 1U);
}

/// A worker that runs one job with files.
class worker_with_files : public worker_shell {
protected:
  const lease of = example_grant(1, "document.parse").of;

  void SetUp() override {
    worker_shell::SetUp();
    give({example_grant(1, "document.parse")});
    ASSERT_EQ(handlers.tasks.size(), 1U);
  }

  void make(const std::string& name) {
    handlers.tell({handler_artifact{of, name, "out/" + name, "text/plain"}});
    run();
  }

  std::vector<std::string> told_names() const {
    std::vector<std::string> names;
    for (const auto& told : script.all<add_artifacts>())
      for (const auto& one : told.artifacts)
        names.push_back(one.name);
    return names;
  }
};

TEST_F(worker_with_files, tells_of_a_file_while_the_job_runs) {
  make("page-1");
  EXPECT_EQ(told_names(), std::vector<std::string>{"page-1"});
  EXPECT_TRUE(script.all<complete>().empty());
  EXPECT_EQ(courier.artifacts.front().path, "out/page-1");
}

TEST_F(worker_with_files, reports_the_end_only_when_every_file_is_told) {
  courier.holds_artifacts = true;
  make("page-1");
  make("page-2");
  end(1, attempt_end::completed);
  EXPECT_TRUE(script.all<complete>().empty());
  courier.tell_artifact(courier.artifacts[0]);
  run();
  EXPECT_TRUE(script.all<complete>().empty());
  courier.tell_artifact(courier.artifacts[1]);
  run();
  EXPECT_EQ(told_names(), (std::vector<std::string>{"page-1", "page-2"}));
  EXPECT_EQ(script.all<complete>().size(), 1U);
  EXPECT_EQ(courier.discarded, std::vector<lease>{of});
}

TEST_F(worker_with_files, waits_for_a_log_that_does_not_take_its_files_yet) {
  script.refusal = errc::not_leader;
  make("page-1");
  end(1, attempt_end::failed);
  pass(milliseconds{300});
  EXPECT_TRUE(script.all<fail>().empty());
  script.refusal.reset();
  pass(milliseconds{200});
  EXPECT_EQ(script.all<fail>().size(), 1U) << "what a failed attempt made is kept first";
}

TEST_F(worker_with_files, tries_again_to_keep_a_file_while_the_store_is_away) {
  courier.artifact_failure = error{errc::unavailable, "no space"};
  make("page-1");
  end(1, attempt_end::completed);
  pass(milliseconds{3'000});
  EXPECT_TRUE(script.all<complete>().empty());
  EXPECT_TRUE(script.all<fail>().empty());
  courier.artifact_failure.reset();
  pass(milliseconds{10'000});
  EXPECT_EQ(told_names(), std::vector<std::string>{"page-1"});
  EXPECT_EQ(script.all<complete>().size(), 1U);
}

TEST_F(worker_with_files, fails_a_job_whose_file_is_none) {
  courier.artifact_failure = error{errc::invalid, "a link"};
  make("page-1");
  end(1, attempt_end::completed);
  ASSERT_EQ(script.all<fail>().size(), 1U);
  EXPECT_EQ(script.all<fail>().front().failure.code, "bad_artifact");
  EXPECT_TRUE(script.all<complete>().empty());
}

TEST_F(worker_with_files, fails_a_job_that_made_more_than_it_may) {
  script.refusal = errc::too_large;
  make("page-1");
  script.refusal.reset();
  end(1, attempt_end::completed);
  ASSERT_EQ(script.all<fail>().size(), 1U);
  EXPECT_EQ(script.all<fail>().front().failure.code, "too_many_artifacts");
}

TEST_F(worker_with_files, forgets_files_of_a_lease_that_is_over) {
  script.refusal = errc::stale_lease;
  make("page-1");
  end(1, attempt_end::completed);
  pass(milliseconds{300});
  EXPECT_EQ(told_names().size(), 1U);
  EXPECT_EQ(courier.discarded, std::vector<lease>{of});
}

TEST_F(worker_with_files, tells_what_is_said_at_once_and_keeps_it_at_the_end) {
  handlers.tell({handler_log{of, "info", "page 1 of 9"}});
  pass(milliseconds{200});
  ASSERT_EQ(lines.published.size(), 1U);
  EXPECT_EQ(lines.published.front().message, "page 1 of 9");
  end(1, attempt_end::failed);
  ASSERT_EQ(script.all<keep_log>().size(), 1U);
  EXPECT_EQ(script.all<keep_log>().front().of, of);
  EXPECT_EQ(script.all<fail>().size(), 1U);
}

} // namespace
} // namespace dure
