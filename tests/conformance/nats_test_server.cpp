#include "tests/conformance/nats_test_server.hpp"

#include "node/journal/server_folder.hpp"
#include "node/journal/server_greeting.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

/// nats.c 3.4.1 loses the buffer of a message that was half read when its connection dropped
/// (natsParser_Destroy does not free msgBuf); one such message for each lost connection.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:natsBuf_Create\n";
}

namespace dure::test {
namespace {

using namespace std::chrono_literals;

} // namespace

void printing_log::write(log_level level, std::string_view event, std::string_view text,
                         std::initializer_list<log_field> fields) {
  if (level < log_level::warn)
    return;
  std::string line = std::string{event} + ": " + std::string{text};
  for (const auto& f : fields)
    line += " " + std::string{f.name} + "=" + f.value;
  std::fprintf(stderr, "  log: %s\n", line.c_str());
}

nats_test_server::nats_test_server() : nats_test_server{"dure-test", ""} {}

nats_test_server::nats_test_server(std::string name, const std::string& more) : more_{more} {
  config_ = {folder_.path(), std::move(name), "", free_port(), std::nullopt, 1ULL << 32};
  set_password("secret");
  start();
}

nats_test_server::~nats_test_server() {
  if (process_.pid() > 0)
    kill_hard();
}

void nats_test_server::start() {
  const auto program = node::find_program("nats-server");
  if (!program) {
    std::fprintf(stderr, "nats-server is not installed: run deploy/install-nats-server.sh\n");
    std::exit(1);
  }
  const auto conf = (folder_.path() / "server.conf").string();
  const auto errors = folder_.path() / "server.err";
  const int output = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  auto started = node::spawn({{program->string(), "-c", conf}, output, std::nullopt});
  ::close(output);
  DURE_CHECK(started);
  process_ = std::move(*started);
  DURE_CHECK(eventually([&] {
    const auto greeting = node::read_greeting("127.0.0.1", config_.port, 500ms);
    return greeting && greeting->jetstream;
  }));
}

void nats_test_server::stop() {
  process_.end(10s);
  std::exchange(process_, {}).reap();
}

void nats_test_server::kill_hard() {
  process_.signal(SIGKILL);
  process_.wait(10s);
  std::exchange(process_, {}).reap();
}

void nats_test_server::set_password(const std::string& password) {
  config_.password = password;
  DURE_CHECK(node::write_private_file(folder_.path() / "server.conf", to_text(config_) + more_));
}

std::string nats_test_server::url() const {
  return "nats://dure:" + config_.password + "@127.0.0.1:" + std::to_string(config_.port);
}

std::filesystem::path nats_test_server::blocks_of(const std::string& stream) const {
  return folder_.path() / "jetstream" / "DURE" / "streams" / stream / "msgs";
}

std::unique_ptr<node::nats_connection> nats_test_server::connect() {
  auto opened = node::nats_connection::open({url(), "dure-test"}, log_);
  DURE_CHECK(opened);
  DURE_CHECK(eventually([&] { return (*opened)->connected(); }));
  return std::move(*opened);
}

bool eventually(const std::function<bool()>& holds, int seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  DURE_CHECK(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  DURE_CHECK(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

} // namespace dure::test
