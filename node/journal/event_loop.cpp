#include "node/journal/event_loop.hpp"

#include <utility>

namespace dure::node {

event_loop::event_loop() : thread_{[this] { run(); }} {}

event_loop::~event_loop() {
  stop();
}

void event_loop::post_after(std::chrono::milliseconds delay, std::function<void()> f) {
  const auto at = std::chrono::steady_clock::now() + delay;
  bool is_next = false;
  {
    std::lock_guard lock{mutex_};
    if (stopping_)
      return;
    const auto posted = waiting_.emplace(at, std::move(f));
    is_next = posted == waiting_.begin();
  }
  if (is_next)
    changed_.notify_one();
}

void event_loop::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

void event_loop::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto next = waiting_.begin();
    if (next->first > std::chrono::steady_clock::now()) {
      changed_.wait_until(lock, time_point{next->first});
      continue;
    }
    auto f = std::move(waiting_.extract(next).mapped());
    lock.unlock();
    f();
    f = nullptr;
    lock.lock();
  }
}

} // namespace dure::node
