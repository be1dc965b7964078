#pragma once

#include "actors/core/event.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/replica.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dure {

/// Where one log stands on this node.
struct shard_status {
  std::string queue;
  std::uint16_t shard = 0;
  log_number log{};
  replica_effect::standing standing;
  std::optional<errc> halted; ///< Why it has stopped for good in this life of its actor.
};

/// Whoever wants to hear what a scheduler does: watchers and metrics. Thread-safe; every call must
/// only pass on what it is told.
class audience {
public:
  virtual ~audience() = default;

  /// A record is in the store: everybody may see it now.
  virtual void applied(log_number log, const std::string& queue,
                       const replica_effect::write& w) = 0;

  /// A report came from an attempt whose lease is over: the leader here has refused it.
  virtual void refused_stale(const std::string& queue) = 0;

  /// Another node's replica of a log told where it stands.
  virtual void heard(log_number log, const replica_input::peer& peer) = 0;

  /// A log stands differently than before.
  virtual void stands(const shard_status& status) = 0;
};

} // namespace dure
