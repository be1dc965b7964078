#pragma once

#include <chrono>
#include <optional>

namespace dure::node {

/// SIGINT and SIGTERM as something to wait for, and a way for any thread to end the wait.
/// One owner, but for `wake`, which is thread-safe.
class stop_signals {
public:
  /// Blocks both signals for this thread and all it will make, so call it before the first thread.
  /// SIGPIPE is ignored.
  stop_signals();
  ~stop_signals();

  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  enum class reason { signal, woken, timeout };

  /// Waits for the next signal or `wake`, at most `patience` (nothing: for ever).
  reason wait(std::optional<std::chrono::milliseconds> patience);

  void wake();

private:
  int signals_ = -1;
  int wake_ = -1;
};

} // namespace dure::node
