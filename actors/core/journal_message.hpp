#pragma once

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/record.hpp"
#include "actors/core/time.hpp"

#include <optional>
#include <string>
#include <variant>

namespace dure {

/// A wish to the journal: these bytes, directly after `expected`.
struct append_record {
  journal_index expected{}; ///< 0 for an empty stream.
  record_hash hash;         ///< Sent as Nats-Msg-Id.
  std::string bytes;
};

// What a journal tells. Plain values, so that the simulation makes them too.

/// The stream has it. It counts only if `index` is expected + 1, a duplicate's too.
struct append_taken {
  journal_index index{};
  bool duplicate = false;
};

/// The stream's last sequence is not `expected` (JetStream error 10071).
struct append_refused {};

/// No ack in time, no leader of the stream, a full disk: it may be there or not.
struct append_unknown {
  std::string reason;
};

/// Answer to a read. `bytes` is nothing when the stream has no such sequence (now).
struct record_read {
  journal_index index{};
  std::optional<std::string> bytes;
  bool failed = false; ///< Could not be asked; try again.
};

struct record_tailed {
  journal_index index{};
  std::string bytes;
};

/// Answer to a look.
struct stream_seen {
  std::optional<error> failure; ///< Why it cannot be used now; the rest means nothing.
  journal_index first{};        ///< 1 in a stream that was never trimmed, even an empty one.
  journal_index last{};         ///< 0 when it is empty and never had a record.
  timestamp created{};
};

using journal_message = std::variant<append_taken, append_refused, append_unknown, record_read,
                                     record_tailed, stream_seen>;

} // namespace dure
