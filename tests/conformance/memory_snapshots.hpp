#pragma once

#include "actors/core/snapshot_codec.hpp"
#include "actors/ports/snapshots.hpp"
#include "actors/ports/store.hpp"

#include <map>
#include <memory>
#include <string>

namespace dure::test {

/// Snapshots' bytes, for all nodes of a test. One owner.
using snapshot_shelf = std::map<std::string, std::string>;

/// Returns the rows of `state` as a snapshot on the shelf.
result<snapshot> shelve(const state_reader& state, log_number log, const log_position& at,
                        snapshot_shelf& shelf);

/// Returns the bytes' digest, having passed each row to `take`.
result<record_hash> read_shelved(std::string_view bytes, log_number log, log_position& at,
                                 const std::function<void(snapshot_line)>& take);

/// The snapshots port on one node's store and a shelf. Everything is done at once.
class memory_snapshots final : public snapshots {
public:
  memory_snapshots(store& rows, snapshot_shelf& shelf) : rows_{rows}, shelf_{shelf} {}

  void freeze(log_number log, const log_position& at, bool exports, listener told) override;
  void check(log_number log, const snapshot& of, listener told) override;
  void install(log_number log, const std::optional<snapshot>& of, listener told) override;

private:
  store& rows_;
  snapshot_shelf& shelf_;
};

} // namespace dure::test
