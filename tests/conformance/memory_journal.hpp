#pragma once

#include "actors/ports/journal.hpp"

#include <memory>
#include <string>

namespace dure::test {

/// Logs in memory, shared by all journals that one source opened: what JetStream does, without a
/// server. Thread-safe.
///
/// Whatever follows from a call is told before the call returns (or, inside a listener, before the
/// outermost call does), so tests need not wait.
class memory_journal_source final : public journal_source {
public:
  memory_journal_source();
  ~memory_journal_source() override;

  std::unique_ptr<journal> open(const std::string& queue, std::uint16_t shard,
                                journal::listener on_message) override;

  // What happens to servers.

  /// Nothing can be reached, or can be again; tails go on when it is back.
  void set_away(bool away);

  /// The stream is gone, as after a lost disk. The next look makes it again.
  void lose(const std::string& queue, std::uint16_t shard);

  /// The newest `count` records are gone, as after a power loss.
  void truncate(const std::string& queue, std::uint16_t shard, std::size_t count);

private:
  struct world;
  std::shared_ptr<world> world_;
};

} // namespace dure::test
