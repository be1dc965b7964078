#include "node/journal/nats_server_child.hpp"

#include "node/journal/child_process.hpp"
#include "node/journal/nats_server_config.hpp"
#include "node/journal/server_folder.hpp"
#include "node/journal/server_greeting.hpp"

#include <arpa/inet.h>
#include <condition_variable>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <sys/random.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace dure::node {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds backoff_first{100};
constexpr milliseconds backoff_max{5'000};
constexpr milliseconds long_life{30'000}; ///< After which the backoff begins anew.
constexpr milliseconds look_interval{20};
constexpr milliseconds greeting_timeout{500};
constexpr int ports_tried_max = 3;
constexpr std::uintmax_t error_file_bytes_max = 1024 * 1024;

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  DURE_CHECK(::getrandom(raw.data(), raw.size(), 0) == static_cast<ssize_t>(raw.size()));
  std::string text;
  for (const char c : raw) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(c) & 255U);
    text += digits;
  }
  return text;
}

/// Returns a port of 127.0.0.1 that was free a moment ago, or 0.
std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool found = ::bind(fd, generic, size) == 0 && ::getsockname(fd, generic, &size) == 0;
  ::close(fd);
  return found ? ntohs(address.sin_port) : std::uint16_t{0};
}

result<std::string> check_version(const fs::path& program) {
  auto output = run_and_read({program.string(), "--version"});
  if (!output)
    return output.error();
  const auto at = output->find_first_of("0123456789");
  const auto version =
      at == std::string::npos ? "" : output->substr(at, output->find_first_of(" \n", at) - at);
  if (!is_supported_server(version))
    return error{errc::invalid, program.string() + " is nats-server " +
                                    (version.empty() ? "of unknown version" : version) +
                                    ", which loses streams; at least " +
                                    std::string{nats_server_needed} +
                                    " is needed (deploy/install-nats-server.sh installs it)"};
  return version;
}

std::uint64_t store_limit(const fs::path& folder) {
  std::error_code failure;
  const auto space = fs::space(folder, failure);
  // The disk is the limit; the rest is for the store of our own and for a full disk's repair.
  return failure ? 1ULL << 40 : space.capacity / 100 * 95;
}

std::string last_line(const fs::path& file) {
  std::ifstream in{file};
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty())
      last = line;
  return last;
}

} // namespace

class nats_server_child::supervisor {
public:
  supervisor(nats_server_settings settings, fs::path program, std::string found_version,
             server_folder folder, log_sink& log)
      : settings_{std::move(settings)}, program_{std::move(program)},
        version_{std::move(found_version)}, folder_{std::move(folder)}, log_{log} {}

  ~supervisor() {
    {
      std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    changed_.notify_all();
    if (watcher_.joinable())
      watcher_.join();
    if (child_.pid() > 0) {
      child_.end(settings_.stop_grace);
      child_.reap();
    }
  }

  supervisor(const supervisor&) = delete;
  supervisor& operator=(const supervisor&) = delete;

  /// Somebody may take the port between our look and the server's start: then another is tried.
  result<void> begin() {
    result<void> started;
    for (int i = 0; i < ports_tried_max; ++i) {
      if (auto written = configure(); !written)
        return written.error();
      started = launch();
      if (started || started.error().code != errc::io_failed)
        break;
    }
    if (started)
      watcher_ = std::thread{[this] { watch(); }};
    return started;
  }

  const std::string& url() const { return url_; }

  const std::string& version() const { return version_; }

  std::uint16_t port() const { return config_.port; }

  pid_t pid() const {
    std::lock_guard lock{mutex_};
    return pid_;
  }

private:
  result<void> configure() {
    config_ = {folder_.path, "dure-" + random_hex(4),   random_hex(16),
               free_port(),  settings_.monitoring_port, store_limit(folder_.path)};
    url_ = "nats://dure:" + config_.password + "@127.0.0.1:" + std::to_string(config_.port);
    return write_private_file(folder_.config_file(), to_text(config_));
  }

  /// Starts the server and waits until it greets. errc::io_failed when it ended instead.
  result<void> launch() {
    born_ = steady_clock::now(); // Even if it is not: the backoff must grow.
    const auto errors = folder_.error_file();
    std::error_code ignored;
    if (fs::file_size(errors, ignored) > error_file_bytes_max)
      fs::remove(errors, ignored);
    const int output = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    auto child = spawn({{program_.string(), "-c", folder_.config_file().string()},
                        output,
                        folder_.server.descriptor()});
    ::close(output);
    if (!child)
      return child.error();
    child_ = std::move(*child);
    born_ = steady_clock::now();
    set_pid(child_.pid());
    return wait_until_ready();
  }

  result<void> wait_until_ready() {
    while (steady_clock::now() - born_ < settings_.ready_timeout) {
      const auto greeting = read_greeting("127.0.0.1", config_.port, greeting_timeout);
      if (greeting && greeting->name == config_.name && greeting->jetstream)
        return {};
      if (child_.wait(look_interval)) {
        set_pid(-1);
        return error{errc::io_failed, "nats-server " + std::exchange(child_, {}).reap() + ": " +
                                          last_line(folder_.path / "server.log")};
      }
      if (is_stopping())
        return error{errc::cancelled, "stopped while nats-server was starting"};
    }
    return error{errc::timeout, "nats-server is not ready in time"};
  }

  /// Starts the server again, on the same port, whenever it has ended.
  void watch() {
    auto backoff = backoff_first;
    while (!is_stopping()) {
      if (child_.pid() > 0) {
        if (!child_.wait(milliseconds{250}))
          continue;
        set_pid(-1);
        log_.write(log_level::error, "nats-server-ended", std::exchange(child_, {}).reap());
      }
      if (steady_clock::now() - born_ > long_life)
        backoff = backoff_first;
      if (pause(backoff))
        return;
      backoff = std::min(backoff * 2, backoff_max);
      const auto started = launch();
      log_.write(started ? log_level::info : log_level::error, "nats-server-restarted",
                 started ? "nats-server runs again" : started.error().context);
    }
  }

  bool is_stopping() {
    std::lock_guard lock{mutex_};
    return stopping_;
  }

  /// Returns whether the pause was ended by a stop.
  bool pause(milliseconds time) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, time, [this] { return stopping_; });
  }

  void set_pid(pid_t pid) {
    std::lock_guard lock{mutex_};
    pid_ = pid;
  }

  const nats_server_settings settings_;
  const fs::path program_;
  const std::string version_;
  server_folder folder_;
  log_sink& log_;
  nats_server_config config_;
  std::string url_;
  process_handle child_; ///< Of the starting thread, then of the watcher.
  steady_clock::time_point born_{};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  pid_t pid_ = -1;
  std::thread watcher_;
};

result<std::unique_ptr<nats_server_child>>
nats_server_child::start(const nats_server_settings& settings, log_sink& log) {
  const auto program = find_program(settings.program);
  if (!program)
    return error{errc::not_found, settings.program + " is not installed "
                                                     "(deploy/install-nats-server.sh installs it)"};
  auto version = check_version(*program);
  if (!version)
    return version.error();
  auto taken = take_server_folder(settings.data / "nats");
  if (!taken)
    return taken.error();
  if (taken->had_orphan)
    log.write(log_level::warn, "nats-server-orphan", "ended the nats-server of a killed run");
  auto s =
      std::make_unique<supervisor>(settings, *program, *version, std::move(taken->folder), log);
  if (auto begun = s->begin(); !begun)
    return begun.error();
  return std::unique_ptr<nats_server_child>{new nats_server_child{std::move(s)}};
}

nats_server_child::nats_server_child(std::unique_ptr<supervisor> s) : supervisor_{std::move(s)} {}

nats_server_child::~nats_server_child() = default;

const std::string& nats_server_child::url() const {
  return supervisor_->url();
}

const std::string& nats_server_child::version() const {
  return supervisor_->version();
}

std::uint16_t nats_server_child::port() const {
  return supervisor_->port();
}

pid_t nats_server_child::pid() const {
  return supervisor_->pid();
}

} // namespace dure::node
