#pragma once

#include "actors/core/job.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <ctime>
#include <functional>
#include <mutex>
#include <thread>

namespace dure::node {

/// Why a piece of work was given up.
enum class stall { too_slow, too_much_memory };

/// Returns how an attempt fails because of it.
job_error failure_of(stall why);

/// Watches work that cannot be stopped from within: a library that loops or grows without end.
///
/// A thread of its own looks at the CPU time of the thread that owns the watch, which no busy
/// neighbour can stretch, and at the memory of the process. When the work is over a limit,
/// `on_stall` is called on the watching thread while the work is still stuck; it must end the
/// process. One owner, whose thread is the one that is watched.
class stall_watch {
public:
  using stall_action = std::function<void(stall)>;

  stall_watch(std::size_t memory_max, stall_action on_stall);
  ~stall_watch();
  stall_watch(const stall_watch&) = delete;
  stall_watch& operator=(const stall_watch&) = delete;

  /// Does `work` under watch; it may take `cpu_max`. What `on_stall` uses must not change
  /// meanwhile.
  template <class Work> auto during(std::chrono::milliseconds cpu_max, const Work& work) {
    begin(cpu_max);
    const ended at_return{*this};
    return work();
  }

private:
  struct ended {
    stall_watch& watch;

    ~ended() { watch.end(); }
  };

  void begin(std::chrono::milliseconds cpu_max);
  void end();
  void run();

  std::mutex held_; ///< Kept by `on_stall`: whoever ends its work late waits for the end.
  std::condition_variable stopped_;
  bool working_ = false;
  bool stopping_ = false;
  clockid_t clock_{};
  std::chrono::nanoseconds cpu_limit_{};
  std::size_t memory_max_;
  stall_action on_stall_;
  std::thread thread_;
};

/// Returns the CPU time that the calling thread has used.
std::chrono::nanoseconds own_cpu_time();

} // namespace dure::node
