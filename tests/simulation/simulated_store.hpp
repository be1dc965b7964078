#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/state.hpp"

#include <cstddef>
#include <deque>

namespace dure::simulation {

/// A node's database: every write survives a killed process, but a power loss may undo the newest
/// ones, in order. One owner.
class simulated_store {
public:
  const memory_state& rows() const { return rows_; }

  void write(const state_delta& delta);
  void erase(family f, const key_range& range);
  void begin_replacing(log_number log);

  /// The database syncs by itself.
  void sync();

  /// Loses the newest `count` of the unsynced writes.
  void lose_power(std::size_t count);

  /// The disk is gone: the database begins empty.
  void lose_everything();

  std::size_t unsynced() const { return unsynced_.size(); }

private:
  void note_rows(family f, const key_range& range, state_delta& delta) const;

  memory_state rows_;
  memory_state synced_;
  std::deque<state_delta> unsynced_;
};

} // namespace dure::simulation
