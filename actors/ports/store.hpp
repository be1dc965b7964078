#pragma once

#include "actors/core/state.hpp"

namespace dure {

/// The node's database: the views of all logs. Thread-safe.
class store : public state_reader {
public:
  /// Writes all of `delta` or nothing, so that other readers see it whole. Survives a killed
  /// process; a power loss may undo the newest writes, in order (the journal has them).
  /// errc::store_failed once means: read and write no more.
  virtual result<void> write(const state_delta& delta) = 0;
};

} // namespace dure
