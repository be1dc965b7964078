#pragma once

#include "node/blobs/blob_sweep.hpp"
#include "node/wiring/node_services.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace dure::node {

/// Sweeps the blobs once an hour on a thread of its own, while this node leads `control`.
class blob_sweeper {
public:
  static constexpr std::chrono::minutes first_after{10};
  static constexpr std::chrono::hours period{1};

  /// Requires: `services` outlives it and has the view of every log.
  explicit blob_sweeper(node_services& services);

  /// Waits until a sweep that is under way has noticed.
  ~blob_sweeper();

  blob_sweeper(const blob_sweeper&) = delete;
  blob_sweeper& operator=(const blob_sweeper&) = delete;

private:
  void work();
  void sweep();
  bool goes_on() const;

  node_services& services_;
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
};

} // namespace dure::node
