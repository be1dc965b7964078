#pragma once

#include "actors/core/error.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dure::node {

/// A process held by a pidfd, so that a signal never reaches another one that got its number. It is
/// neither ended nor waited for by the destructor. One owner.
class process_handle {
public:
  process_handle() = default;

  /// Nothing when there is no such process.
  static std::optional<process_handle> open(pid_t pid);

  process_handle(process_handle&& other) noexcept;
  process_handle& operator=(process_handle&& other) noexcept;
  ~process_handle();

  pid_t pid() const { return pid_; }

  int descriptor() const { return fd_; } ///< Readable when the process has ended.

  void signal(int number) const;

  /// Returns whether it has ended, waiting for that at most so long.
  bool wait(std::chrono::milliseconds timeout) const;

  /// SIGTERM, and SIGKILL when it is still there after the grace.
  void end(std::chrono::milliseconds grace) const;

  /// Takes the status of an ended child of ours and returns it in words.
  std::string reap() const;

private:
  process_handle(pid_t pid, int fd) : pid_{pid}, fd_{fd} {}

  pid_t pid_ = -1;
  int fd_ = -1;
};

struct spawn_request {
  std::vector<std::string> arguments; ///< The program's absolute path first.
  int output = -1;                    ///< Becomes standard output and error.
  std::optional<int> inherited;       ///< Becomes descriptor 3; no other is inherited.
};

/// Starts a program by posix_spawn, so it may be called while there are threads: in a process group
/// of its own, so that Ctrl-C reaches us alone, and with all signals as they are by default.
result<process_handle> spawn(const spawn_request& request);

/// Runs a program to its end and returns the first 64 KiB of its output.
result<std::string> run_and_read(const std::vector<std::string>& arguments);

/// Returns where `name` is: itself if it has a slash, else found on PATH or in the folders of
/// system programs, which are not on every user's PATH.
std::optional<std::filesystem::path> find_program(const std::string& name);

} // namespace dure::node
