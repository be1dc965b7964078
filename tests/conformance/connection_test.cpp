#include "node/journal/nats_bus.hpp"
#include "tests/conformance/nats_call.hpp"
#include "tests/conformance/nats_test_server.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace dure::test {
namespace {

using namespace std::chrono_literals;
using node::nats_connection;

/// The promise that a connection comes back for ever, where nats.c itself gives up.
class nats_connections : public testing::Test {
protected:
  std::unique_ptr<nats_connection> connect(const std::string& url) {
    auto opened = nats_connection::open({url, "dure-test"}, log);
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }

  /// Expects that what was subscribed to before the connection was there is heard.
  static void expect_alive(nats_connection& connection, const std::atomic<int>& heard) {
    ASSERT_TRUE(eventually([&] { return connection.connected(); }));
    EXPECT_NE(nats_call(connection, "$JS.API.INFO").find("account_info"), std::string::npos);
    EXPECT_TRUE(eventually([&] {
      connection.publish("here", "again");
      return heard > 0;
    }));
  }

  printing_log log;
};

/// Takes connections and ends them at once, as a server does that is going down.
class closing_listener {
public:
  explicit closing_listener(std::uint16_t port) {
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    DURE_CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    DURE_CHECK(::listen(socket_, 8) == 0);
    thread_ = std::thread{[this] { run(); }};
  }

  ~closing_listener() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }

  closing_listener(const closing_listener&) = delete;
  closing_listener& operator=(const closing_listener&) = delete;

private:
  void run() const {
    for (int fd = 0; (fd = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
      ::close(fd);
  }

  int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::thread thread_;
};

TEST_F(nats_connections, come_back_when_the_first_handshake_was_cut_off) {
  nats_test_server server;
  server.stop();
  std::unique_ptr<nats_connection> connection;
  {
    const closing_listener other{server.config().port};
    connection = connect(server.url());
  }
  std::atomic<int> heard = 0;
  node::nats_bus bus{*connection};
  const auto subscription = bus.subscribe("here", [&](auto, auto) { ++heard; });
  server.start();
  expect_alive(*connection, heard);
}

TEST_F(nats_connections, come_back_when_the_password_is_right_again) {
  nats_test_server server;
  const auto connection = server.connect();
  std::atomic<int> heard = 0;
  node::nats_bus bus{*connection};
  const auto subscription = bus.subscribe("here", [&](auto, auto) { ++heard; });
  server.stop();
  server.set_password("other");
  server.start();
  std::this_thread::sleep_for(1s); // nats.c asks twice, and then never again.
  EXPECT_FALSE(connection->connected());
  server.stop();
  server.set_password("secret");
  server.start();
  expect_alive(*connection, heard);
}

TEST_F(nats_connections, can_be_ended_at_any_moment_of_a_failing_handshake) {
  nats_test_server server;
  const auto url = server.url();
  server.stop();
  server.set_password("other");
  server.start();
  for (int i = 0; i < 20; ++i) {
    const auto connection = connect(url);
    std::this_thread::sleep_for(std::chrono::microseconds{i * 600});
  }
}

} // namespace
} // namespace dure::test
