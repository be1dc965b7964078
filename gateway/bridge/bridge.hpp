#pragma once

#include "actors/ports/clock.hpp"
#include "actors/protocol/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace dure::gateway {

/// What a scheduler is asked for: the wishes of an inquiry, or a barrier.
enum class asked_for : std::uint8_t { wishes, barrier };

/// An inquiry that is not answered yet. A barrier counts as one wish.
struct open_inquiry {
  asked_for what = asked_for::wishes;
  inquiry asked;
  std::vector<result<answer>> outcomes; ///< The newest of each wish.
  std::vector<std::size_t> missing;     ///< Wishes that may still be taken.
  monotonic give_up_at{};
};

/// Readers of one log that found nothing. One barrier answers all who asked before it was begun.
struct waiting_readers {
  using callbacks = std::vector<std::function<void(result<void>)>>;

  callbacks asked;  ///< Answered by the barrier that is under way.
  callbacks behind; ///< Came after it was begun: answered by the next.
};

struct bridge_state {
  static inline const char* name = "bridge";

  const clock* time = nullptr;
  std::map<log_number, scheduler_actor> schedulers;
  std::vector<std::shared_ptr<open_inquiry>> resting; ///< To be repeated at the next tick.
  std::map<log_number, waiting_readers> readers;      ///< Of logs with a barrier under way.
  std::size_t open = 0;
};

/// Carries inquiries to schedulers. What meets a leader change is repeated under the same ids for
/// some seconds, then answered with why it was not taken. However many readers miss something in a
/// log, one barrier at a time is asked for.
bridge_actor::behavior_type bridge(bridge_actor::stateful_pointer<bridge_state> self,
                                   const clock* time);

} // namespace dure::gateway
