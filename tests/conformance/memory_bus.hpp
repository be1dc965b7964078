#pragma once

#include "actors/ports/bus.hpp"

#include <memory>

namespace dure::test {

/// A bus in memory; listeners are called by the publisher, one call at a time. Thread-safe.
class memory_bus final : public bus {
public:
  memory_bus();

  void publish(const std::string& subject, std::string_view payload) override;

  /// `subject` may have the wildcards of NATS: "*" for one token, ">" for the rest.
  std::unique_ptr<subscription> subscribe(const std::string& subject, listener on_message) override;
  bool connected() const override;

  /// While it is away, what is published is dropped.
  void set_away(bool away);

private:
  struct world;
  std::shared_ptr<world> world_;
};

} // namespace dure::test
