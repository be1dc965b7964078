#include "node/sandbox/spawner_client.hpp"

#include "node/sandbox/spawner.hpp"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

extern char** environ;

namespace dure::node {

namespace {

constexpr int patience_milliseconds = 5'000; ///< For a spawner that ends its handlers.

result<pid_t> posix_spawn_with(const std::vector<std::string>& argv, int control) {
  std::vector<char*> pointers;
  for (const std::string& argument : argv)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, control, spawner_control_fd);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  const int failed =
      ::posix_spawn(&pid, pointers[0], &files, &attributes, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0)
    return error{errc::io_failed, std::string{"start the spawner: "} + std::strerror(failed)};
  return pid;
}

void wait_or_kill(pid_t pid) {
  for (int waited = 0; waited < patience_milliseconds; waited += 10) {
    if (::waitpid(pid, nullptr, WNOHANG) != 0)
      return;
    ::poll(nullptr, 0, 10);
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

} // namespace

result<void> spawner_client::start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return error{errc::io_failed, "a socket pair for the spawner"};
  owned_fd ours{ends[0]};
  const owned_fd theirs{ends[1]};
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK); // Only our end of the pair.
  const auto pid = posix_spawn_with(argv_, theirs.get());
  if (!pid)
    return pid.error();
  pid_ = *pid;
  control_ = std::move(ours);
  return {};
}

void spawner_client::stop() {
  waiting_.clear();
  if (!control_)
    return;
  control_.reset();
  wait_or_kill(pid_);
  pid_ = -1;
}

result<void> spawner_client::spawn(const spawn_request& request, owned_fd stdio,
                                   owned_fd stderr_fd) {
  auto bytes = encode(request);
  if (!bytes)
    return bytes.error();
  packet asked;
  asked.bytes = std::move(*bytes);
  asked.fds.push_back(std::move(stdio));
  asked.fds.push_back(std::move(stderr_fd));
  waiting_.push_back(std::move(asked));
  return {};
}

void spawner_client::kill(std::uint64_t id) {
  waiting_.push_back({encode(kill_request{id}), {}});
}

bool spawner_client::flush() {
  while (!waiting_.empty()) {
    const packet& next = waiting_.front();
    std::vector<int> fds;
    for (const owned_fd& fd : next.fds)
      fds.push_back(fd.get());
    const auto sent = send_packet(control_.get(), next.bytes, fds);
    if (!sent)
      return sent.error().code == errc::busy;
    waiting_.pop_front();
  }
  return true;
}

bool spawner_client::receive(std::vector<spawn_report>& reports) {
  for (;;) {
    auto got = receive_packet(control_.get());
    if (!got)
      return got.error().code == errc::busy;
    if (got->bytes.size() != sizeof(spawn_report))
      return false;
    std::memcpy(&reports.emplace_back(), got->bytes.data(), sizeof(spawn_report));
  }
}

} // namespace dure::node
