#include "node/sandbox/process_memory.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <string>
#include <string_view>

namespace dure::node {

namespace {

/// Returns the kilobytes that /proc/PID/status gives after `name`, in bytes.
std::uint64_t find_bytes(std::string_view status, std::string_view name) {
  const auto at = status.find(name);
  if (at == std::string_view::npos)
    return 0;
  const auto digits = status.find_first_of("0123456789", at);
  std::uint64_t kilobytes = 0;
  if (digits != std::string_view::npos)
    std::from_chars(status.data() + digits, status.data() + status.size(), kilobytes);
  return kilobytes * 1024;
}

} // namespace

process_memory::process_memory(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  status_ = owned_fd{::open((folder + "/status").c_str(), O_RDONLY | O_CLOEXEC)};
  clear_ = owned_fd{::open((folder + "/clear_refs").c_str(), O_WRONLY | O_CLOEXEC)};
}

void process_memory::forget_peak() {
  // "5" resets the peak only (proc(5)); a kernel that refuses leaves us the peak of the process.
  [[maybe_unused]] const auto ignored = ::pwrite(clear_.get(), "5", 1, 0);
  read_at_ = monotonic{milliseconds::min() / 2};
}

process_memory::figures process_memory::read(monotonic now, milliseconds age) {
  if (now - read_at_ < age)
    return last_;
  read_at_ = now;
  std::array<char, 4096> buffer;
  const ssize_t got = ::pread(status_.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0)
    return last_ = {};
  const std::string_view status{buffer.data(), static_cast<std::size_t>(got)};
  return last_ = {find_bytes(status, "VmRSS:"), find_bytes(status, "VmHWM:")};
}

} // namespace dure::node
