#include "node/wiring/data_folder.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace dure::node {

namespace {

std::string holder_of(int lock) {
  std::array<char, 32> text{};
  const auto read = ::pread(lock, text.data(), text.size() - 1, 0);
  std::string pid{text.data(), read > 0 ? static_cast<std::size_t>(read) : 0};
  return pid.substr(0, pid.find('\n'));
}

error io_error(const std::string& what, int code) {
  return {errc::io_failed, what + ": " + std::generic_category().message(code)};
}

} // namespace

result<data_folder> data_folder::open(const std::filesystem::path& path) {
  std::error_code failure;
  const auto absolute = std::filesystem::absolute(path, failure);
  std::filesystem::create_directories(absolute, failure);
  if (failure)
    return io_error("the data folder " + absolute.string() + " cannot be made", failure.value());
  const auto file = absolute / "dure.lock";
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return io_error("the data folder " + absolute.string() + " cannot be written", errno);
  data_folder folder{absolute, lock};
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const auto holder = holder_of(lock);
    return error{errc::busy, "the data folder " + absolute.string() + " is in use by process " +
                                 (holder.empty() ? "?" : holder) +
                                 "; stop that one or choose another folder with --data"};
  }
  const auto pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock, 0) != 0 ||
      ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return io_error("the data folder " + absolute.string() + " cannot be written", errno);
  return folder;
}

data_folder::data_folder(data_folder&& other) noexcept
    : path_{std::move(other.path_)}, lock_{std::exchange(other.lock_, -1)} {}

data_folder::~data_folder() {
  if (lock_ >= 0)
    ::close(lock_);
}

} // namespace dure::node
