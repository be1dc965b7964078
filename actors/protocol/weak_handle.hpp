#pragma once

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

namespace dure {

/// How an adapter's thread reaches an actor without keeping it alive: what is sent to a dead one is
/// dropped. Thread-safe.
template <class Handle> class weak_handle {
public:
  explicit weak_handle(const Handle& to) : to_{caf::actor_cast<caf::weak_actor_ptr>(to)} {}

  template <class... Parts> void send(Parts&&... parts) const {
    if (auto strong = to_.lock())
      caf::anon_send(caf::actor_cast<Handle>(std::move(strong)), std::forward<Parts>(parts)...);
  }

private:
  caf::weak_actor_ptr to_;
};

} // namespace dure
