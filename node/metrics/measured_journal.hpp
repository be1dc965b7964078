#pragma once

#include "actors/ports/clock.hpp"
#include "actors/ports/journal.hpp"

#include <memory>

namespace dure::node {

class metrics;

/// A source of journals that tells how long appends take and how often they fail. Changes nothing
/// else. Thread-safe as the source below it; everything given outlives it and the journals it
/// opens.
class measured_journal_source final : public journal_source {
public:
  measured_journal_source(journal_source& below, metrics& figures)
      : below_{below}, figures_{figures} {}

  std::unique_ptr<journal> open(const std::string& queue, std::uint16_t shard,
                                journal::listener on_message) override;

private:
  journal_source& below_;
  metrics& figures_;
};

} // namespace dure::node
