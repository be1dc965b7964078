#pragma once

namespace dure::node {

/// Takes Ctrl-C as something to ask for, as long as it lives, instead of an end. One owner.
class interrupt_watch {
public:
  interrupt_watch();
  ~interrupt_watch();

  interrupt_watch(const interrupt_watch&) = delete;
  interrupt_watch& operator=(const interrupt_watch&) = delete;

  /// Waits at most `milliseconds` for it; returns whether it came, now or before.
  bool came_within(int milliseconds);

private:
  bool came_ = false;
};

} // namespace dure::node
