#include "node/journal/nats_server_child.hpp"
#include "node/journal/server_folder.hpp"
#include "node/journal/server_greeting.hpp"
#include "tests/conformance/nats_call.hpp"
#include "tests/conformance/nats_test_server.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace dure::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using node::nats_connection;
using node::nats_server_child;

bool is_alive(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

class server_child : public testing::Test {
protected:
  result<std::unique_ptr<nats_server_child>> start(const std::string& program = "nats-server") {
    return nats_server_child::start({.data = folder.path(), .program = program}, log);
  }

  /// Leaves a server behind as a killed node does: it runs, holds its lock, and has no parent that
  /// knows it.
  node::process_handle leave_orphan(const node::nats_server_config& config) {
    auto taken = node::take_server_folder(folder.path() / "nats");
    EXPECT_TRUE(taken);
    EXPECT_TRUE(node::write_private_file(taken->folder.config_file(), to_text(config)));
    const int output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    auto orphan = node::spawn(
        {{node::find_program("nats-server")->string(), "-c", taken->folder.config_file().string()},
         output,
         taken->folder.server.descriptor()});
    ::close(output);
    EXPECT_TRUE(orphan);
    return std::move(*orphan);
  }

  temporary_folder folder;
  printing_log log;
};

TEST_F(server_child, serves_jetstream_with_the_password_of_its_url) {
  const auto child = start();
  ASSERT_TRUE(child) << child.error().context;
  auto connection = nats_connection::open({(*child)->url(), "test"}, log);
  ASSERT_TRUE(connection);
  ASSERT_TRUE(eventually([&] { return (*connection)->connected(); }));
  EXPECT_NE(nats_call(**connection, "$JS.API.INFO").find("account_info"), std::string::npos);

  auto stranger =
      nats_connection::open({"nats://127.0.0.1:" + std::to_string((*child)->port()), "x"}, log);
  EXPECT_FALSE(eventually([&] { return stranger && (*stranger)->connected(); }, 1));
}

TEST_F(server_child, stays_out_of_other_users_sight) {
  const auto child = start();
  ASSERT_TRUE(child) << child.error().context;
  const auto others = fs::perms::group_all | fs::perms::others_all;
  EXPECT_EQ(fs::status(folder.path() / "nats").permissions() & others, fs::perms::none);
  EXPECT_EQ(fs::status(folder.path() / "nats/server.conf").permissions() & others, fs::perms::none);
}

TEST_F(server_child, comes_back_on_the_same_port_when_it_is_killed) {
  const auto child = start();
  ASSERT_TRUE(child) << child.error().context;
  auto connection = nats_connection::open({(*child)->url(), "test"}, log);
  ASSERT_TRUE(eventually([&] { return (*connection)->connected(); }));
  for (int i = 0; i < 2; ++i) {
    const auto before = (*child)->pid();
    ::kill(before, SIGKILL);
    EXPECT_TRUE(eventually([&] { return !(*connection)->connected(); }));
    EXPECT_TRUE(eventually([&] { return (*connection)->connected(); }));
    EXPECT_NE((*child)->pid(), before);
  }
}

TEST_F(server_child, ends_with_its_owner) {
  pid_t pid = 0;
  {
    const auto child = start();
    ASSERT_TRUE(child) << child.error().context;
    pid = (*child)->pid();
    EXPECT_TRUE(is_alive(pid));
  }
  EXPECT_FALSE(is_alive(pid));
}

TEST_F(server_child, is_refused_on_a_folder_that_another_one_owns) {
  const auto first = start();
  ASSERT_TRUE(first) << first.error().context;
  const auto second = start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::busy);
  EXPECT_TRUE(is_alive((*first)->pid()));
}

TEST_F(server_child, replaces_the_orphan_of_a_killed_run) {
  nats_test_server elsewhere; // Is to be left alone.
  auto config = elsewhere.config();
  config.folder = fs::canonical(folder.path()) / "nats";
  config.port = free_port();
  const auto orphan = leave_orphan(config);
  // The new one may come before the orphan has written its pid file.
  const auto child = start();
  ASSERT_TRUE(child) << child.error().context;
  EXPECT_TRUE(orphan.wait(0ms));
  orphan.reap();
  EXPECT_TRUE(node::read_greeting("127.0.0.1", elsewhere.config().port, 1s));
}

TEST_F(server_child, does_not_end_a_stranger_whose_number_is_in_the_pid_file) {
  fs::create_directories(folder.path() / "nats");
  const int output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const auto stranger = node::spawn({{"/bin/sleep", "60"}, output, std::nullopt});
  ::close(output);
  ASSERT_TRUE(stranger);
  std::ofstream{folder.path() / "nats/server.pid"} << stranger->pid();
  const auto child = start();
  EXPECT_TRUE(child) << child.error().context;
  EXPECT_FALSE(stranger->wait(0ms));
  stranger->end(1s);
  stranger->reap();
}

TEST_F(server_child, refuses_an_old_server_and_a_missing_one) {
  const auto old = folder.path() / "nats-server";
  std::ofstream{old} << "#!/bin/sh\necho 'nats-server: v2.9.10'\n";
  fs::permissions(old, fs::perms::owner_all);
  const auto refused = start(old.string());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid);
  EXPECT_NE(refused.error().context.find("2.9.10"), std::string::npos);
  EXPECT_NE(refused.error().context.find("2.10.23"), std::string::npos);

  const auto missing = start("no-such-nats-server");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::not_found);
}

} // namespace
} // namespace dure::test
