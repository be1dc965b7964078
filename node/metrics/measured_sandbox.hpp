#pragma once

#include "actors/ports/sandbox.hpp"

#include <string_view>

namespace dure::node {

class metrics;

/// Returns the label that tells why an attempt ended in its handler: one of `handler_end_causes`.
std::string_view cause_of(const handler_end& end);

/// A sandbox that counts how attempts end in their handlers. Changes nothing else. Thread-safe as
/// the sandbox below it; everything given outlives it.
class measured_sandbox final : public sandbox {
public:
  measured_sandbox(sandbox& below, metrics& figures) : below_{below}, figures_{figures} {}

  void listen(listener on_messages) override;

  std::vector<handler_capacity> capacities() const override { return below_.capacities(); }

  void run(std::vector<handler_task> tasks) override { below_.run(std::move(tasks)); }

  void cancel(const lease& of) override { below_.cancel(of); }

private:
  sandbox& below_;
  metrics& figures_;
};

} // namespace dure::node
