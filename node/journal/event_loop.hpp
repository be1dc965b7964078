#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace dure::node {

/// Runs functions one after another on a thread of its own, now or later. Thread-safe.
///
/// It sleeps until the next function is due, so an idle loop costs nothing. What has not run when
/// the loop is destroyed is dropped. Functions must not throw and should not block for long.
class event_loop {
public:
  event_loop();
  ~event_loop();

  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  void post(std::function<void()> f) { post_after(std::chrono::milliseconds{0}, std::move(f)); }

  /// Functions due at the same time run in the order they were posted.
  void post_after(std::chrono::milliseconds delay, std::function<void()> f);

  /// Ends the loop; a function that is running is waited for. Call it from another thread.
  void stop();

private:
  using time_point = std::chrono::steady_clock::time_point;

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<time_point, std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_; ///< Last, so that it starts when everything else is there.
};

} // namespace dure::node
