#pragma once

#include "actors/core/state.hpp"
#include "actors/core/time.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace dure::node {

struct node_services;

/// Returns whether a job that has not ended uses the blob; yes when that cannot be read.
bool is_needed(const state_reader& view, const std::string& sha256);

/// Puts the files that this node took, and that live jobs need, back into a bucket that has lost
/// them: looks at the bucket at once and then now and again, on a thread of its own.
class blob_restorer {
public:
  static constexpr std::chrono::seconds period{10};

  /// Even when the bucket seems to be the same.
  static constexpr std::chrono::hours check_period{1};

  /// Requires: `services` outlives it and has the view of every log.
  explicit blob_restorer(node_services& services);

  /// Waits until the piece that is under way has ended.
  ~blob_restorer();

  blob_restorer(const blob_restorer&) = delete;
  blob_restorer& operator=(const blob_restorer&) = delete;

private:
  void work();
  void look();
  bool is_due(const std::optional<timestamp>& made_at) const;
  void restore();

  node_services& services_;
  std::optional<timestamp> made_at_;     ///< When the bucket was made that has all of them.
  std::optional<monotonic> restored_at_; ///< Nothing: not yet, or not all of them.
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
};

} // namespace dure::node
