#include "node/sandbox/spawner_client.hpp"
#include "tests/unit/sandbox/sandbox_fixture.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

namespace dure::node {

namespace {

/// Waits until no such process is left, at most ten seconds.
bool is_gone(pid_t pid) {
  for (int round = 0; round < 1'000; ++round) {
    if (::kill(pid, 0) != 0)
      return true;
    std::this_thread::sleep_for(milliseconds{10});
  }
  return false;
}

/// A spawner under the test's own hands.
class spawner_bench {
public:
  spawner_bench() { started_ = static_cast<bool>(client.start()); }

  /// Asks for `argv` and waits until it runs. Returns its pid; 0 when it does not come.
  pid_t spawn(std::uint64_t id, std::vector<std::string> argv, process_limits limits = {},
              confinement shut_in = {}) {
    int ends[2];
    int complaints[2];
    if (!started_ || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
        ::pipe2(complaints, O_CLOEXEC) != 0)
      return 0;
    stdio = owned_fd{ends[0]};
    stderr_fd = owned_fd{complaints[0]};
    const std::vector<std::string> env{"PATH=/usr/bin:/bin", "MARK=seen"};
    if (!client.spawn({id, std::move(argv), env, limits, shut_in}, owned_fd{ends[1]},
                      owned_fd{complaints[1]}))
      return 0;
    return next(id).pid;
  }

  /// Waits for the next report about `id`.
  spawn_report next(std::uint64_t id) {
    for (;;) {
      const auto found = std::find_if(reports.begin(), reports.end(),
                                      [id](const spawn_report& r) { return r.id == id; });
      if (found != reports.end()) {
        const spawn_report report = *found;
        reports.erase(found);
        return report;
      }
      pollfd waits{client.fd(), POLLIN, 0};
      if (!client.flush() || ::poll(&waits, 1, 10'000) <= 0 || !client.receive(reports))
        return {};
    }
  }

  /// Returns all that the process prints until it ends.
  std::string read_all() {
    std::string text;
    char buffer[256];
    for (ssize_t got = 0; (got = ::read(stdio.get(), buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    return text;
  }

  spawner_client client{{test_program, "spawner"}};
  owned_fd stdio;
  owned_fd stderr_fd;
  std::vector<spawn_report> reports;

private:
  bool started_ = false;
};

} // namespace

TEST(spawner, reports_start_and_exit_with_status_and_peak_memory) {
  spawner_bench bench;
  ASSERT_GT(bench.spawn(1, {"sh", "-c", "exit 3"}), 0);
  const spawn_report report = bench.next(1);
  EXPECT_EQ(report.what, spawn_report::happening::exited);
  EXPECT_EQ(WEXITSTATUS(report.wait_status), 3);
  EXPECT_GT(report.peak_memory_bytes, 100'000U);
}

TEST(spawner, hands_down_nothing_but_three_descriptors_and_the_given_environment) {
  spawner_bench bench;
  ASSERT_GT(bench.spawn(1, {"sh", "-c", "ls /proc/$$/fd | tr '\\n' ' '; echo $MARK; env | wc -l"}),
            0);
  const std::string text = bench.read_all();
  EXPECT_EQ(text.substr(0, 6), "0 1 2 ") << text;
  EXPECT_NE(text.find("seen"), std::string::npos);
}

TEST(spawner, applies_limits_and_takes_privileges_away) {
  spawner_bench bench;
  process_limits limits;
  limits.address_space_bytes = std::uint64_t{512} << 20;
  limits.cpu_seconds = 77;
  limits.open_files = 33;
  ASSERT_GT(bench.spawn(1,
                        {"sh", "-c",
                         "ulimit -v; ulimit -t; ulimit -n; ulimit -c; "
                         "grep NoNewPrivs /proc/self/status; cat /proc/self/oom_score_adj"},
                        limits),
            0);
  EXPECT_EQ(bench.read_all(), "524288\n77\n33\n0\nNoNewPrivs:\t1\n500\n");
}

TEST(spawner, kills_a_process_with_its_children) {
  spawner_bench bench;
  ASSERT_GT(bench.spawn(1, {"sh", "-c", "sleep 1000 & echo $!; wait"}), 0);
  char digits[32] = {};
  ASSERT_GT(::read(bench.stdio.get(), digits, sizeof digits - 1), 0);
  bench.client.kill(1);
  const spawn_report report = bench.next(1);
  EXPECT_EQ(WTERMSIG(report.wait_status), SIGKILL);
  EXPECT_TRUE(is_gone(std::atoi(digits)));
}

TEST(spawner, kills_what_left_its_group_when_its_handler_has_ended) {
  spawner_bench bench;
  ASSERT_GT(bench.spawn(1, {"sh", "-c", "setsid sleep 1000 & echo $!"}), 0);
  char digits[32] = {};
  ASSERT_GT(::read(bench.stdio.get(), digits, sizeof digits - 1), 0);
  EXPECT_TRUE(is_gone(std::atoi(digits)));
}

TEST(spawner, leaves_no_process_behind_when_the_node_is_gone) {
  pid_t child = 0;
  pid_t escaped = 0;
  {
    spawner_bench bench;
    child = bench.spawn(1, {"sh", "-c", "setsid sleep 1000 & echo $!; sleep 1000"});
    char digits[32] = {};
    ASSERT_GT(::read(bench.stdio.get(), digits, sizeof digits - 1), 0);
    escaped = std::atoi(digits);
  }
  EXPECT_GT(child, 0);
  EXPECT_TRUE(is_gone(child));
  EXPECT_TRUE(is_gone(escaped)) << "even one that left its process group";
}

TEST(spawner, takes_its_handlers_with_it_when_it_is_killed) {
  spawner_bench bench;
  const pid_t child = bench.spawn(1, {"sleep", "1000"});
  ASSERT_GT(child, 0);
  ::kill(bench.client.pid(), SIGKILL);
  EXPECT_TRUE(is_gone(child));
}

TEST(spawner, refuses_what_is_no_packet) {
  EXPECT_FALSE(decode_packet(""));
  auto bytes = encode(spawn_request{7, {"a", "b"}, {"X=1"}, {}, {true, "/w"}});
  ASSERT_TRUE(bytes);
  const auto whole = decode_packet(*bytes);
  ASSERT_TRUE(whole && whole->spawn);
  EXPECT_EQ(whole->spawn->argv, (std::vector<std::string>{"a", "b"}));
  for (std::size_t length = 0; length < bytes->size(); ++length)
    EXPECT_FALSE(decode_packet(std::string_view{*bytes}.substr(0, length))) << length;
  EXPECT_FALSE(encode(spawn_request{7, {std::string(200'000, 'x')}, {}, {}, {}}));
}

class process_sandbox_survives : public sandbox_fixture {};

TEST_F(process_sandbox_survives, a_killed_spawner) {
  open(test_pool());
  run(task_of(1, R"({"do":"wait"})"));
  run(task_of(2, "{}"));
  sandbox_->cancel(task_of(1, "").of);
  end_of(2); // So that the handler is up.
  run(task_of(3, R"({"do":"wait"})"));
  std::this_thread::sleep_for(milliseconds{50});
  const int before = sandbox_->spawner_pid();
  ASSERT_GT(before, 0);
  ::kill(before, SIGKILL);
  const handler_end outcome = end_of(3);
  EXPECT_EQ(outcome.end, attempt_end::released);
  EXPECT_EQ(outcome.failure->code, "handler_killed");
  run(task_of(4, "{}"));
  EXPECT_EQ(end_of(4).end, attempt_end::completed);
  EXPECT_NE(sandbox_->spawner_pid(), before);
}

TEST_F(process_sandbox_survives, a_spawner_that_ends_at_once) {
  open_with({test_program, "no such mode"}, test_pool());
  run(task_of(1, "{}"));
  EXPECT_EQ(code_of(1), "handler_unavailable");
}

TEST(process_sandbox, is_refused_without_a_spawner_or_with_a_kind_twice) {
  sandbox_settings settings;
  settings.spawner_argv = {"/does/not/exist"};
  EXPECT_FALSE(process_sandbox::open(settings));
  settings.spawner_argv = {test_program, "spawner"};
  settings.pools = {test_pool(), test_pool()};
  EXPECT_FALSE(process_sandbox::open(settings));
}

} // namespace dure::node
