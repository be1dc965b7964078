#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace dure {

/// Messages between nodes that nobody keeps: progress, later beats and commands. Thread-safe.
class bus {
public:
  /// Ends the subscription when destroyed; the listener is not running any more when that returns.
  class subscription {
  public:
    virtual ~subscription() = default;
  };

  using listener = std::function<void(std::string_view subject, std::string_view payload)>;

  virtual ~bus() = default;

  /// Sends at most once; drops when the connection is away.
  virtual void publish(const std::string& subject, std::string_view payload) = 0;

  /// `on_message` is called on a thread of the adapter, one call at a time, and must only pass the
  /// message on.
  virtual std::unique_ptr<subscription> subscribe(const std::string& subject,
                                                  listener on_message) = 0;
  virtual bool connected() const = 0;
};

} // namespace dure
