#include "node/journal/server_folder.hpp"

#include "node/journal/child_process.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace dure::node {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds orphan_grace{10'000};
constexpr std::chrono::milliseconds look_again{50};
constexpr int looks_max = 200;

/// Returns whether the process is a nats-server that was started with `config`.
bool runs_on(pid_t pid, const fs::path& config) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary};
  std::string program;
  std::getline(file, program, '\0');
  if (fs::path{program}.filename() != "nats-server")
    return false;
  for (std::string argument; std::getline(file, argument, '\0');)
    if (argument == config.string())
      return true;
  return false;
}

/// Returns the live server that the folder's pid file names. It is held before its command line is
/// read, so that its number cannot pass to another process in between.
std::optional<process_handle> find_orphan(const fs::path& folder) {
  pid_t pid = 0;
  std::ifstream{folder / "server.pid"} >> pid;
  if (pid <= 0)
    return std::nullopt;
  auto process = process_handle::open(pid);
  if (!process || !runs_on(pid, folder / "server.conf"))
    return std::nullopt;
  return process;
}

error describe(const fs::path& file) {
  return error{errc::io_failed,
               "cannot open " + file.filename().string() + ": " + std::strerror(errno)};
}

} // namespace

result<folder_lock> folder_lock::take(const fs::path& file) {
  folder_lock lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (lock.fd_ < 0)
    return describe(file);
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
    return error{errc::busy, file.filename().string() + " is locked"};
  return lock;
}

folder_lock::folder_lock(folder_lock&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

folder_lock::~folder_lock() {
  if (fd_ >= 0)
    ::close(fd_);
}

result<taken_folder> take_server_folder(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  const auto folder = fs::canonical(path, failure);
  if (failure)
    return error{errc::io_failed, "cannot make the folder of nats-server: " + failure.message()};
  fs::permissions(folder, fs::perms::owner_all, failure);

  auto owner = folder_lock::take(folder / "owner.lock");
  if (!owner)
    return owner.error().code == errc::busy
               ? error{errc::busy, "another dure runs on this data folder"}
               : owner.error();
  bool had_orphan = false;
  for (int look = 0; look < looks_max; ++look) {
    auto server = folder_lock::take(folder / "server.lock");
    if (server)
      return taken_folder{{folder, std::move(*owner), std::move(*server)}, had_orphan};
    if (server.error().code != errc::busy)
      return server.error();
    if (const auto orphan = find_orphan(folder)) {
      had_orphan = true;
      orphan->end(orphan_grace);
    } else {
      std::this_thread::sleep_for(look_again); // It may not have written its pid file yet.
    }
  }
  return error{errc::busy, "an earlier nats-server on this data folder cannot be found and ended"};
}

result<void> write_private_file(const fs::path& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return describe(file);
  const auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
  if (written != static_cast<ssize_t>(text.size()))
    return describe(file);
  return {};
}

} // namespace dure::node
