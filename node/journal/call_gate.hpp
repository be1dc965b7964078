#pragma once

#include <mutex>
#include <shared_mutex>

namespace dure::node {

/// Lets calls through until it is closed; closing waits for the calls inside, so nothing is called
/// afterwards. Must not be closed from inside one of its calls. Thread-safe.
class call_gate {
public:
  template <class F> void pass(F&& f) {
    std::shared_lock lock{mutex_};
    if (open_)
      f();
  }

  void close() {
    std::unique_lock lock{mutex_};
    open_ = false;
  }

private:
  std::shared_mutex mutex_;
  bool open_ = true;
};

} // namespace dure::node
