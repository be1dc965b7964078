#include "node/journal/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern "C" {
#include <sys/pidfd.h> // Without its own extern "C" until glibc 2.37.
}

extern char** environ;

namespace dure::node {
namespace {

constexpr std::size_t output_bytes_max = 64 * 1024;
constexpr int inherited_as = 3;

/// What posix_spawn is to do between fork and exec.
class spawn_plan {
public:
  explicit spawn_plan(const spawn_request& request) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, request.output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, request.output, STDERR_FILENO);
    if (request.inherited)
      ::posix_spawn_file_actions_adddup2(&actions_, *request.inherited, inherited_as);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_,
                                               request.inherited ? inherited_as + 1 : inherited_as);
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                 POSIX_SPAWN_SETPGROUP);
  }

  ~spawn_plan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  int carry_out(pid_t& pid, char* const* arguments) const {
    return ::posix_spawn(&pid, arguments[0], &actions_, &attributes_, arguments, environ);
  }

private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::string read_to_end(int fd) {
  std::string output;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return output;
    if (output.size() < output_bytes_max)
      output.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

} // namespace

std::optional<process_handle> process_handle::open(pid_t pid) {
  const int fd = ::pidfd_open(pid, 0);
  if (fd < 0)
    return std::nullopt;
  return process_handle{pid, fd};
}

process_handle::process_handle(process_handle&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, fd_{std::exchange(other.fd_, -1)} {}

process_handle& process_handle::operator=(process_handle&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(fd_, other.fd_);
  return *this;
}

process_handle::~process_handle() {
  if (fd_ >= 0)
    ::close(fd_);
}

void process_handle::signal(int number) const {
  ::pidfd_send_signal(fd_, number, nullptr, 0);
}

bool process_handle::wait(std::chrono::milliseconds timeout) const {
  const auto until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd watched{fd_, POLLIN, 0};
    const int n = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (n == 1)
      return true;
    if (n == 0 || errno != EINTR)
      return false;
  }
}

void process_handle::end(std::chrono::milliseconds grace) const {
  signal(SIGTERM);
  if (wait(grace))
    return;
  signal(SIGKILL);
  wait(grace);
}

std::string process_handle::reap() const {
  siginfo_t ended{};
  while (::waitid(P_PIDFD, static_cast<id_t>(fd_), &ended, WEXITED) != 0)
    if (errno != EINTR)
      return "ended";
  return ended.si_code == CLD_EXITED ? "exited with code " + std::to_string(ended.si_status)
                                     : "was ended by signal " + std::to_string(ended.si_status);
}

result<process_handle> spawn(const spawn_request& request) {
  std::vector<char*> arguments;
  for (const auto& a : request.arguments)
    arguments.push_back(const_cast<char*>(a.c_str())); // posix_spawn does not write to them.
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int failure = spawn_plan{request}.carry_out(pid, arguments.data());
  if (failure != 0)
    return error{errc::io_failed,
                 "cannot start " + request.arguments.front() + ": " + std::strerror(failure)};
  auto handle = process_handle::open(pid);
  if (!handle)
    return error{errc::io_failed, "no pidfd for " + request.arguments.front()};
  return std::move(*handle);
}

result<std::string> run_and_read(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return error{errc::io_failed, "no pipe"};
  auto child = spawn({arguments, ends[1], std::nullopt});
  ::close(ends[1]);
  auto output = child ? read_to_end(ends[0]) : std::string{};
  ::close(ends[0]);
  if (!child)
    return child.error();
  child->reap();
  return output;
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return std::filesystem::absolute(name);
  const char* path = std::getenv("PATH");
  std::istringstream folders{std::string{path == nullptr ? "" : path} +
                             ":/usr/local/sbin:/usr/sbin:/sbin"};
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto candidate = std::filesystem::path{folder} / name;
    if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  return std::nullopt;
}

} // namespace dure::node
