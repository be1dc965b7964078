#pragma once

#include <unistd.h>
#include <utility>

namespace dure::node {

/// A file descriptor that closes itself. One owner.
class owned_fd {
public:
  owned_fd() = default;

  explicit owned_fd(int fd) : fd_{fd} {}

  owned_fd(owned_fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

  owned_fd& operator=(owned_fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  ~owned_fd() { reset(); }

  int get() const { return fd_; }

  explicit operator bool() const { return fd_ >= 0; }

  void reset() {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }

private:
  int fd_ = -1;
};

} // namespace dure::node
