#include "tests/unit/sandbox/sandbox_fixture.hpp"

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

namespace dure::node {

using std::chrono::hours;

class process_sandbox_runs : public sandbox_fixture {};

TEST_F(process_sandbox_runs, a_job_in_a_handler_process) {
  open(test_pool());
  run(task_of(1, R"({"do":"echo","n":7})"));
  const handler_end outcome = end_of(1);
  EXPECT_EQ(outcome.end, attempt_end::completed);
  EXPECT_EQ(outcome.result, R"({"do":"echo","n":7})");
  EXPECT_GT(outcome.peak_memory_bytes, 1'000'000U);
}

TEST_F(process_sandbox_runs, many_jobs_at_a_time_in_one_process) {
  open(test_pool(64));
  std::vector<handler_task> tasks;
  for (int n = 0; n < 2'000; ++n) {
    tasks.push_back(task_of(static_cast<std::uint8_t>(n), "{\n}"));
    tasks.back().of.job.value.bytes[14] = static_cast<std::uint8_t>(n >> 8);
  }
  sandbox_->run(std::move(tasks));
  EXPECT_TRUE(wait_until([this] { return ended_ == 2'000; }));
  EXPECT_LT(deliveries_, 1'000U) << "messages of one read come together";
}

TEST_F(process_sandbox_runs, what_is_waiting_in_as_many_processes_as_allowed) {
  pool_settings pool = test_pool();
  pool.processes_max = 3;
  open(pool);
  EXPECT_EQ(sandbox_->capacities().at(0).jobs, 3U);
  for (std::uint8_t n = 1; n <= 3; ++n)
    run(task_of(n, R"({"do":"wait"})"));
  run(task_of(4, "{}"));
  run(task_of(5, R"({"do":"wait"})"));
  sandbox_->cancel(task_of(2, "").of);
  EXPECT_EQ(end_of(2).end, attempt_end::cancelled);
  EXPECT_EQ(end_of(4).end, attempt_end::completed) << "it had to wait for a process";
}

TEST_F(process_sandbox_runs, jobs_that_cost_something) {
  open(test_pool());
  run(task_of(1, R"({"do":"pay"})"));
  EXPECT_EQ(end_of(1).charge, (attempt_charge{{10, 3, 55}, {9, 800}, false}));
  run(task_of(2, R"({"do":"lose"})"));
  const handler_end lost = end_of(2);
  EXPECT_EQ(lost.charge, (attempt_charge{{}, {}, true}));
  EXPECT_EQ(lost.retry_after, milliseconds{1'500});
}

TEST_F(process_sandbox_runs, jobs_with_progress_logs_and_files) {
  open(test_pool());
  handler_task task = task_of(1, R"({"do":"file"})");
  task.scratch = scratch();
  run(task);
  EXPECT_EQ(end_of(1).end, attempt_end::completed);
  ASSERT_EQ(artifacts_.size(), 1U);
  EXPECT_EQ(artifacts_[0].path, "found.txt");
  ASSERT_EQ(progress_.size(), 1U);
  EXPECT_EQ(progress_[0].message, "half way");
  ASSERT_EQ(logs_.size(), 1U);
}

TEST_F(process_sandbox_runs, while_a_listener_goes_only_after_its_last_call) {
  open(test_pool());
  std::promise<void> entered;
  std::atomic<bool> inside = false;
  sandbox_->listen([&](std::vector<handler_message>) {
    inside = true;
    entered.set_value();
    std::this_thread::sleep_for(milliseconds{100});
    inside = false;
  });
  run(task_of(1, "{}"));
  entered.get_future().wait();
  sandbox_->listen({});
  EXPECT_FALSE(inside);
}

TEST_F(process_sandbox_runs, nothing_of_a_kind_it_does_not_know) {
  open(test_pool());
  handler_task task = task_of(1, "{}");
  task.kind = "nobody";
  run(task);
  EXPECT_EQ(code_of(1), "handler_unavailable");
}

TEST_F(process_sandbox_runs, replaced_processes_after_their_number_of_jobs) {
  pool_settings pool = test_pool();
  pool.jobs_max = 1;
  open(pool);
  for (std::uint8_t n = 1; n <= 3; ++n)
    run(task_of(n, "{}"));
  for (std::uint8_t n = 1; n <= 3; ++n)
    EXPECT_EQ(end_of(n).end, attempt_end::completed);
}

class process_sandbox_ends : public sandbox_fixture {};

TEST_F(process_sandbox_ends, a_job_as_its_handler_says) {
  open(test_pool());
  run(task_of(1, R"({"do":"fail"})"));
  const handler_end outcome = end_of(1);
  EXPECT_EQ(outcome.end, attempt_end::failed);
  EXPECT_EQ(outcome.failure->code, "no_good");
  EXPECT_FALSE(outcome.failure->retryable);
}

TEST_F(process_sandbox_ends, a_cancelled_job_politely_or_by_force) {
  open(test_pool());
  run(task_of(1, R"({"do":"wait"})"));
  run(task_of(2, R"({"do":"deaf"})"));
  run(task_of(3, "{}"));
  sandbox_->cancel(task_of(3, "").of);
  EXPECT_EQ(end_of(3).end, attempt_end::cancelled) << "it had not started";
  sandbox_->cancel(task_of(1, "").of);
  EXPECT_EQ(end_of(1).end, attempt_end::cancelled);
  sandbox_->cancel(task_of(2, "").of);
  EXPECT_EQ(end_of(2).end, attempt_end::cancelled);
  run(task_of(4, "{}"));
  EXPECT_EQ(end_of(4).end, attempt_end::completed) << "in a new process";
}

TEST_F(process_sandbox_ends, a_job_at_its_soft_limit_by_asking) {
  open(test_pool());
  handler_task task = task_of(1, R"({"do":"wait"})");
  task.soft_timeout = milliseconds{50};
  run(task);
  EXPECT_EQ(end_of(1).end, attempt_end::timed_out);
  EXPECT_EQ(code_of(1), "soft_timeout");
}

TEST_F(process_sandbox_ends, a_job_at_its_hard_limit_and_says_so_to_its_neighbours) {
  open(test_pool(2));
  run(task_of(1, R"({"do":"wait"})"));
  handler_task task = task_of(2, R"({"do":"deaf"})");
  task.hard_timeout = milliseconds{50};
  run(task);
  EXPECT_EQ(code_of(2), "hard_timeout");
  EXPECT_EQ(end_of(2).end, attempt_end::timed_out);
  EXPECT_EQ(end_of(1).end, attempt_end::released);
  EXPECT_EQ(code_of(1), "handler_stopped");
}

TEST_F(process_sandbox_ends, a_job_at_the_limit_of_its_kind_when_that_is_sooner) {
  pool_settings pool = test_pool();
  pool.hard_timeout = milliseconds{50};
  open(pool);
  run(task_of(1, R"({"do":"deaf"})"));
  EXPECT_EQ(code_of(1), "hard_timeout");
}

TEST_F(process_sandbox_ends, a_job_whose_handler_does_not_start_and_says_why) {
  pool_settings pool = test_pool();
  pool.argv = {"/bin/sh", "-c", "echo 'no such module' >&2; echo first; exit 1"};
  open(pool);
  run(task_of(1, "{}"));
  EXPECT_EQ(code_of(1), "handler_unavailable");
  EXPECT_TRUE(end_of(1).failure->message.ends_with("no such module")) << end_of(1).failure->message;
}

TEST_F(process_sandbox_ends, a_job_whose_handler_is_silent) {
  pool_settings pool = test_pool();
  pool.silence = milliseconds{50};
  open(pool);
  run(task_of(1, R"({"do":"deaf"})"));
  EXPECT_EQ(end_of(1).end, attempt_end::timed_out);
  EXPECT_EQ(code_of(1), "silent");
}

TEST_F(process_sandbox_ends, a_job_whose_handler_crashes_with_its_last_words) {
  open(test_pool());
  run(task_of(1, R"({"do":"crash"})"));
  const handler_end outcome = end_of(1);
  EXPECT_EQ(outcome.end, attempt_end::died);
  EXPECT_EQ(outcome.failure->code, "handler_crashed");
  EXPECT_NE(outcome.failure->message.find("SIGSEGV"), std::string::npos);
  EXPECT_GT(outcome.peak_memory_bytes, 1'000'000U);
  ASSERT_FALSE(logs_.empty());
  EXPECT_NE(logs_[0].message.find("about to crash"), std::string::npos);
}

TEST_F(process_sandbox_ends, a_job_whose_handler_exits) {
  open(test_pool());
  run(task_of(1, R"({"do":"exit"})"));
  EXPECT_EQ(code_of(1), "handler_exited");
  run(task_of(2, R"({"do":"exit","status":12})"));
  EXPECT_EQ(code_of(2), "out_of_memory");
  run(task_of(3, R"({"do":"answer_and_exit"})"));
  EXPECT_EQ(end_of(3).end, attempt_end::completed);
}

TEST_F(process_sandbox_ends, a_job_whose_handler_talks_nonsense) {
  open(test_pool());
  run(task_of(1, R"({"do":"garbage"})"));
  EXPECT_EQ(code_of(1), "protocol_error");
  run(task_of(2, R"({"do":"stranger"})"));
  EXPECT_EQ(code_of(2), "protocol_error");
  EXPECT_EQ(end_of(2).end, attempt_end::died);
}

TEST_F(process_sandbox_ends, a_job_whose_handler_says_too_much) {
  pool_settings pool = test_pool();
  pool.line_bytes_max = 1 << 20;
  pool.result_bytes_max = 200'000;
  open(pool);
  run(task_of(1, R"({"do":"huge_line"})"));
  EXPECT_EQ(code_of(1), "output_too_large");
  run(task_of(2, R"({"do":"huge_result"})"));
  EXPECT_EQ(code_of(2), "output_too_large");
}

TEST_F(process_sandbox_ends, a_job_that_names_a_file_outside_its_folder) {
  open(test_pool());
  std::filesystem::create_symlink("/etc/hostname", scratch() / "link");
  std::uint8_t number = 0;
  for (const char* path : {"link", "../../etc/hostname", "/etc/hostname", ".", "nothing"}) {
    handler_task task = task_of(++number, std::string{R"({"do":"file","path":")"} + path + "\"}");
    task.scratch = scratch();
    run(task);
    EXPECT_EQ(code_of(number), "bad_artifact") << path;
    EXPECT_TRUE(artifacts_.empty());
  }
}

TEST_F(process_sandbox_ends, a_job_that_needs_more_memory_than_it_may) {
  pool_settings pool = python_pool(R"(
import json
print(json.dumps({"hello": {"protocol": 1, "kinds": ["test"]}}), flush=True)
job = json.loads(input())
eaten = "x" * (1 << 30)
print(json.dumps({"job": job["job"], "attempt": job["attempt"], "result": {}}), flush=True)
)");
  pool.limits.address_space_bytes = std::uint64_t{512} << 20;
  open(pool);
  run(task_of(1, "{}"));
  EXPECT_EQ(end_of(1).end, attempt_end::died);
  EXPECT_EQ(code_of(1), "out_of_memory");
}

TEST_F(process_sandbox_ends, a_job_that_writes_a_larger_file_than_it_may) {
  pool_settings pool = python_pool(R"(
import json, os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
print(json.dumps({"hello": {"protocol": 1, "kinds": ["test"]}}), flush=True)
job = json.loads(input())
with open(job["scratch"] + "/big", "wb", 0) as file:
    for _ in range(3):
        file.write(b"x" * 4096)
print(json.dumps({"job": job["job"], "attempt": job["attempt"], "result": {}}), flush=True)
)");
  pool.limits.file_bytes = 8'192;
  open(pool);
  handler_task task = task_of(1, "{}");
  task.scratch = scratch();
  run(task);
  EXPECT_EQ(code_of(1), "file_size_limit");
}

TEST_F(process_sandbox_ends, the_jobs_of_a_handler_that_does_not_start) {
  pool_settings pool = test_pool();
  pool.argv = {"/does/not/exist"};
  open(pool);
  run(task_of(1, "{}"));
  const handler_end outcome = end_of(1);
  EXPECT_EQ(outcome.end, attempt_end::failed);
  EXPECT_EQ(outcome.failure->code, "handler_unavailable");
  EXPECT_TRUE(outcome.failure->retryable);
}

TEST_F(process_sandbox_ends, the_jobs_of_a_handler_of_another_kind) {
  pool_settings pool = python_pool(R"(
import json
print(json.dumps({"hello": {"protocol": 1, "kinds": ["other"]}}), flush=True)
input()
)");
  open(pool);
  run(task_of(1, "{}"));
  EXPECT_EQ(code_of(1), "handler_unavailable");
}

} // namespace dure::node
