#pragma once

#include "actors/ports/journal.hpp"
#include "tests/conformance/mailbox.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace dure::test {

/// Logs of one kind, and what may happen to them.
class journal_world {
public:
  virtual ~journal_world() = default;

  virtual journal_source& source() = 0;

  virtual void go_away() = 0;
  virtual void come_back() = 0;
  virtual void lose_stream(const std::string& queue, std::uint16_t shard) = 0;

  /// As after a power loss.
  virtual void lose_last_record(const std::string& queue, std::uint16_t shard) = 0;
};

std::unique_ptr<journal_world> make_memory_journals();
std::unique_ptr<journal_world> make_nats_journals();

/// What a journal has told, in order. Thread-safe.
class heard : public mailbox<journal_message> {
public:
  /// Takes the oldest answer to an append.
  std::optional<journal_message> take_append_outcome() {
    return take_if(
        [](const auto& m) {
          return std::holds_alternative<append_taken>(m) ||
                 std::holds_alternative<append_refused>(m) ||
                 std::holds_alternative<append_unknown>(m);
        },
        std::chrono::seconds{30});
  }
};

/// Looks until the stream is seen, as a replica does; nothing after 30 s. A single look may fail: a
/// server is asked to make the stream, and nats-server refuses that for a moment when it has just
/// deleted one of that name (10049, once in some 600 times under load).
std::optional<stream_seen> look_surely(journal& log, heard& ear);

/// Returns a request whose hash follows from its bytes and place, as a record's does.
append_record make_append(std::uint64_t expected, std::string bytes);

} // namespace dure::test
