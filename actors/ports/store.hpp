#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"

#include <memory>

namespace dure {

/// The node's database: the views of all logs. Thread-safe.
class store : public state_reader {
public:
  /// Writes all of `delta` or nothing, so that other readers see it whole. Survives a killed
  /// process; a power loss may undo the newest writes, in order (the journal has them).
  /// errc::store_failed once means: read and write no more.
  virtual result<void> write(const state_delta& delta) = 0;

  /// Erases the rows of `range`.
  virtual result<void> erase(family f, const key_range& range) = 0;

  /// Erases every row of the log and leaves a row at keys::unfinished: whoever then writes another
  /// state erases that with its last write. All of it or nothing.
  virtual result<void> begin_replacing(log_number log) = 0;

  /// Returns the rows as they are now, whatever is written later. Must not outlive the store, and
  /// keeps what is deleted meanwhile on the disk. To be read by one thread.
  virtual std::unique_ptr<state_reader> freeze() const = 0;
};

} // namespace dure
