#include "node/sandbox/spawner.hpp"

#include "node/sandbox/spawn_protocol.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unordered_map>

namespace dure::node {

namespace {

/// All that the child needs between fork and exec, made beforehand: from fork on only
/// async-signal-safe calls are allowed.
struct prepared_child {
  std::vector<char*> argv;
  std::vector<char*> env;
  std::string program;
  process_limits limits;
  confinement shut_in;
  int stdio = -1;
  int stderr_fd = -1;
  pid_t parent = 0;
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (std::string& s : strings)
    all.push_back(s.data());
  all.push_back(nullptr);
  return all;
}

/// Returns the path of `name`, looked up in the PATH of `env` unless it has a slash.
std::string find_program(const std::string& name, const std::vector<std::string>& env) {
  if (name.find('/') != std::string::npos)
    return name;
  for (const std::string& variable : env) {
    if (!variable.starts_with("PATH="))
      continue;
    std::string_view folders = std::string_view{variable}.substr(5);
    while (!folders.empty()) {
      const auto end = std::min(folders.find(':'), folders.size());
      std::string path = std::string{folders.substr(0, end)} + "/" + name;
      if (::access(path.c_str(), X_OK) == 0)
        return path;
      folders.remove_prefix(std::min(end + 1, folders.size()));
    }
  }
  return name;
}

void limit(__rlimit_resource resource, std::uint64_t value) {
  if (value == 0)
    return;
  const rlimit both{value, value};
  if (::setrlimit(resource, &both) != 0)
    ::_exit(126);
}

void apply_limits(const process_limits& limits) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_NOFILE, limits.open_files);
  limit(RLIMIT_AS, limits.address_space_bytes);
}

/// When the machine runs out of memory the kernel shall end a handler, not the node.
void offer_to_oom_killer() {
  const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0 && ::write(fd, "500", 3) < 0)
    ::_exit(126);
}

[[noreturn]] void give_up(int status, std::string_view message) {
  if (::write(2, message.data(), message.size()) < 0)
    ::_exit(126);
  ::_exit(status);
}

[[noreturn]] void become_handler(const prepared_child& child) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    ::signal(signal, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != child.parent) // It died before the line above.
    ::_exit(126);
  ::setsid();
  if (::dup2(child.stdio, 0) < 0 || ::dup2(child.stdio, 1) < 0 || ::dup2(child.stderr_fd, 2) < 0)
    ::_exit(126);
  ::close_range(3, ~0U, 0);
  offer_to_oom_killer();
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // Allocates, which is sound after a fork in a process with one thread.
  if (const char* refused = confine(child.shut_in))
    give_up(126, refused);
  apply_limits(child.limits);
  ::execve(child.program.c_str(), child.argv.data(), child.env.data());
  give_up(127, "the handler's program cannot be executed\n");
}

void kill_group(pid_t pid) {
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL); // It may not have made its group yet.
}

/// The loop of the spawner process: requests in, reports out.
class spawner {
public:
  spawner(owned_fd control, owned_fd signals)
      : control_{std::move(control)}, signals_{std::move(signals)} {}

  int run() {
    while (!node_gone_) {
      std::array<pollfd, 2> waits{{{control_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
      if (!reports_.empty())
        waits[0].events |= POLLOUT;
      if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
        break;
      if (waits[1].revents != 0)
        reap();
      if (waits[0].revents & (POLLIN | POLLHUP | POLLERR))
        serve();
      send_reports();
    }
    end_descendants();
    return 0;
  }

private:
  void serve() {
    auto packet = receive_packet(control_.get());
    if (!packet) {
      node_gone_ = packet.error().code != errc::busy;
      return;
    }
    if (packet->bytes.empty()) {
      node_gone_ = true;
      return;
    }
    auto asked = decode_packet(packet->bytes);
    if (!asked)
      return;
    if (asked->kill) {
      if (const auto it = pids_.find(asked->kill->id); it != pids_.end())
        kill_group(it->second);
    } else if (packet->fds.size() == 2) {
      spawn(*asked->spawn, packet->fds[0].get(), packet->fds[1].get());
    }
  }

  void spawn(spawn_request& request, int stdio, int stderr_fd) {
    prepared_child child{pointers(request.argv),
                         pointers(request.env),
                         find_program(request.argv.front(), request.env),
                         request.limits,
                         request.shut_in,
                         stdio,
                         stderr_fd,
                         ::getpid()};
    const pid_t pid = ::fork();
    if (pid == 0)
      become_handler(child);
    spawn_report report;
    report.id = request.id;
    if (pid < 0) {
      report.what = spawn_report::happening::exited;
    } else {
      report.pid = pid;
      pids_[request.id] = pid;
      ids_[pid] = request.id;
    }
    reports_.push_back(report);
  }

  void reap() {
    signalfd_siginfo ignored;
    while (::read(signals_.get(), &ignored, sizeof ignored) > 0) {
    }
    siginfo_t ended{};
    // WNOWAIT first: while the leader is a zombie its pid, and so its group's, cannot be reused.
    while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
      report_exit(ended.si_pid);
      ended.si_pid = 0;
    }
    kill_strays();
  }

  /// What a handler has left has no attempt any more, and would escape every limit.
  void kill_strays() const {
    for (const pid_t pid : children())
      if (!ids_.contains(pid))
        kill_group(pid);
  }

  void report_exit(pid_t pid) {
    const auto known = ids_.find(pid);
    if (known != ids_.end())
      ::kill(-pid, SIGKILL);
    rusage used{};
    spawn_report report;
    ::wait4(pid, &report.wait_status, 0, &used);
    if (known == ids_.end()) // An orphan of a handler that came to us, the subreaper.
      return;
    report.what = spawn_report::happening::exited;
    report.pid = pid;
    report.id = known->second;
    report.peak_memory_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    reports_.push_back(report);
    pids_.erase(known->second);
    ids_.erase(known);
  }

  void send_reports() {
    while (!reports_.empty()) {
      const spawn_report& report = reports_.front();
      const auto sent =
          send_packet(control_.get(), {reinterpret_cast<const char*>(&report), sizeof report}, {});
      if (!sent) {
        node_gone_ = node_gone_ || sent.error().code != errc::busy;
        return;
      }
      reports_.pop_front();
    }
  }

  /// Kills the handlers, then whatever they left, which the kernel has made our children.
  void end_descendants() {
    for (const auto& [id, pid] : pids_)
      kill_group(pid);
    for (int rounds = 0; rounds < 1'000; ++rounds) {
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      const auto left = children();
      if (left.empty())
        return;
      for (const pid_t pid : left)
        kill_group(pid);
      ::poll(nullptr, 0, 1);
    }
  }

  static std::vector<pid_t> children() {
    std::vector<pid_t> found;
    const std::string path = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
    std::FILE* file = std::fopen(path.c_str(), "re");
    if (file == nullptr)
      return found;
    for (int pid = 0; std::fscanf(file, "%d", &pid) == 1;)
      found.push_back(pid);
    std::fclose(file);
    return found;
  }

  owned_fd control_;
  owned_fd signals_;
  bool node_gone_ = false;
  std::unordered_map<std::uint64_t, pid_t> pids_;
  std::unordered_map<pid_t, std::uint64_t> ids_;
  std::deque<spawn_report> reports_; ///< At most two for each process there is.
};

} // namespace

int spawner_main(int control_fd) {
  owned_fd control{::fcntl(control_fd, F_DUPFD_CLOEXEC, spawner_control_fd + 1)};
  if (!control)
    return 1;
  // Nothing else that the node had open may live on in us.
  if (control.get() > 3)
    ::close_range(3, static_cast<unsigned>(control.get()) - 1, 0);
  ::close_range(static_cast<unsigned>(control.get()) + 1, ~0U, 0);
  // Only the node's end of the socket ends us: on a signal to the whole service, work is drained.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    ::signal(signal, SIG_IGN);
  ::setsid();
  ::prctl(PR_SET_NAME, "dure-spawner");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  ::sigprocmask(SIG_SETMASK, &children, nullptr);
  owned_fd signals{::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK)};
  return spawner{std::move(control), std::move(signals)}.run();
}

} // namespace dure::node
