#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/replica_rows.hpp"
#include "actors/core/snapshot.hpp"
#include "actors/core/snapshot_message.hpp"

#include <functional>
#include <optional>

namespace dure {

/// States of logs that go to the blob store and come back (snapshot_codec.hpp).
///
/// Every call returns at once; what comes of it is told to the listener, on a thread of the
/// adapter, which must only pass it on. Calls may come from any thread. What is under way when the
/// adapter ends is not told.
class snapshots {
public:
  using listener = std::function<void(snapshot_message)>;

  virtual ~snapshots() = default;

  /// Keeps the rows of the log as they are when it is called, and walks them; exports them as a
  /// snapshot of `at` when asked to. Answered by state_frozen or freeze_failed.
  virtual void freeze(log_number log, const log_position& at, bool exports, listener told) = 0;

  /// Reads a snapshot back. Answered by snapshot_checked.
  virtual void check(log_number log, const snapshot& of, listener told) = 0;

  /// Replaces the rows of the log by the snapshot's, once that was found to be whole; or by none,
  /// once its raw records were set aside where a person finds them. Answered by
  /// snapshot_installed. Nobody else writes or relies on the log's rows meanwhile.
  virtual void install(log_number log, const std::optional<snapshot>& of, listener told) = 0;
};

} // namespace dure
