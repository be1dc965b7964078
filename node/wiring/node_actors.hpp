#pragma once

#include "actors/core/mending.hpp"
#include "actors/core/time.hpp"

#include <functional>
#include <memory>
#include <string>

namespace dure::gateway {
class backend;
}

namespace dure::node {

struct node_services;

/// The actors of a node: the supervisor, all that it keeps alive, and the bridge to the gateway.
/// One owner.
class node_actors {
public:
  /// Starts them. `give_up` is called on an actor's thread when one dies again and again. Requires:
  /// `services` outlives it.
  node_actors(node_services& services, std::function<void(std::string reason)> give_up);

  /// Ends them without draining.
  ~node_actors();

  node_actors(const node_actors&) = delete;
  node_actors& operator=(const node_actors&) = delete;

  gateway::backend& backend();

  /// An operator's word on a log has come. Called on any thread.
  void mend(const shard_mending& wish);

  /// Lets running jobs finish or gives them back, then steps down. Returns whether that was done
  /// within `patience`; blocks.
  bool drain(milliseconds patience);

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace dure::node
