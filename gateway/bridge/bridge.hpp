#pragma once

#include "actors/ports/clock.hpp"
#include "actors/protocol/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <map>
#include <memory>
#include <vector>

namespace dure::gateway {

/// An inquiry that is not answered yet.
struct open_inquiry {
  inquiry asked;
  std::vector<result<answer>> outcomes; ///< The newest of each wish.
  std::vector<std::size_t> missing;     ///< Wishes that may still be taken.
  monotonic give_up_at{};
};

struct bridge_state {
  static inline const char* name = "bridge";

  const clock* time = nullptr;
  std::map<log_number, scheduler_actor> schedulers;
  std::vector<std::shared_ptr<open_inquiry>> resting; ///< To be repeated at the next tick.
  std::size_t open = 0;
};

/// Carries inquiries to schedulers. What meets a leader change is repeated under the same ids for
/// some seconds, then answered with why it was not taken.
bridge_actor::behavior_type bridge(bridge_actor::stateful_pointer<bridge_state> self,
                                   const clock* time);

} // namespace dure::gateway
