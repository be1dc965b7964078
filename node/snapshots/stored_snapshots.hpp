#pragma once

#include "actors/ports/blobs.hpp"
#include "actors/ports/log.hpp"
#include "actors/ports/snapshots.hpp"
#include "actors/ports/store.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

namespace dure::node {

/// Snapshots between the node's store and the blobs, on a thread of their own, one after another.
///
/// No state is held in memory as a whole. A snapshot is read to its end and found to be what it
/// says before the rows that it replaces go: one that cannot be read costs nothing. A blob is read
/// twice for that. Thread-safe.
class stored_snapshots final : public snapshots {
public:
  /// Everything outlives the snapshots. Records that a log gives up are written to files in
  /// `set_aside` (set_aside.hpp).
  stored_snapshots(store& rows, blobs& files, log_sink& log, std::filesystem::path set_aside);

  /// Gives up what is under way.
  ~stored_snapshots() override;

  void freeze(log_number log, const log_position& at, bool exports, listener told) override;
  void check(log_number log, const snapshot& of, listener told) override;
  void install(log_number log, const std::optional<snapshot>& of, listener told) override;

private:
  result<void> set_aside(log_number log);
  void enqueue(std::function<void()> work);
  void work();

  store& rows_;
  blobs& files_;
  log_sink& log_;
  const std::filesystem::path set_aside_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

} // namespace dure::node
