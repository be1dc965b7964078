#pragma once

#include "actors/ports/clock.hpp"

namespace dure::node {

/// The machine's clocks and its random source. Thread-safe.
class system_clock final : public clock {
public:
  timestamp now() const override;
  monotonic ticks() const override;
  std::uint64_t random() override;
};

} // namespace dure::node
