#pragma once

#include "actors/core/time.hpp"
#include "node/sandbox/owned_fd.hpp"

#include <cstdint>
#include <sys/types.h>

namespace dure::node {

/// Memory figures of a process from /proc. One owner. All zero once the process is gone, or if it
/// may not be looked at.
class process_memory {
public:
  struct figures {
    std::uint64_t resident_bytes = 0;
    std::uint64_t peak_bytes = 0; ///< Highest resident_bytes since `forget_peak`.
  };

  process_memory() = default;
  explicit process_memory(pid_t pid);

  /// Lets the peak begin anew, so that it is that of one attempt.
  void forget_peak();

  /// Returns figures that are at most `age` old.
  figures read(monotonic now, milliseconds age);

private:
  owned_fd status_; ///< Held open: it stays with this very process, whatever becomes of its pid.
  owned_fd clear_;
  figures last_;
  monotonic read_at_{milliseconds::min() / 2};
};

} // namespace dure::node
