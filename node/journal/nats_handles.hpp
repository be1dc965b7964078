#pragma once

#include <memory>
#include <nats/nats.h>

namespace dure::node {

// nats.c's objects as single owners. Only sources include this file.

template <auto Destroy> struct destroyed_by {
  template <class T> void operator()(T* handle) const { Destroy(handle); }
};

using options_handle = std::unique_ptr<natsOptions, destroyed_by<natsOptions_Destroy>>;
using message_handle = std::unique_ptr<natsMsg, destroyed_by<natsMsg_Destroy>>;

} // namespace dure::node
