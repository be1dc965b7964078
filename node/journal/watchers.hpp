#pragma once

#include <functional>
#include <memory>

namespace dure::node {

/// Whoever wants to hear when something comes or goes. Thread-safe.
class watchers {
public:
  /// Ends when destroyed, waiting for a call that is running; so it must not be destroyed by its
  /// own function.
  class watch {
  public:
    virtual ~watch() = default;
  };

  watchers();

  /// The function is called by `tell`, on its thread.
  std::unique_ptr<watch> add(std::function<void(bool is_there)> on_change);

  /// Tells those that are there now, in the order they came.
  void tell(bool is_there);

private:
  class watcher;
  struct list;

  std::shared_ptr<list> list_;
};

} // namespace dure::node
