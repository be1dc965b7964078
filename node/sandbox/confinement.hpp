#pragma once

#include <string>

namespace dure::node {

/// How far a process is shut in besides its limits.
struct confinement {
  bool no_network = false;  ///< It makes no sockets but local ones.
  std::string writable;     ///< It changes files below this folder only. Empty: anywhere it may.
  bool best_effort = false; ///< What this kernel cannot do is left out instead of refused.

  bool operator==(const confinement&) const = default;
};

/// Shuts the calling process in, for good, with all that it will start. Returns nullptr, or what
/// this kernel cannot do: nothing may be run then. Requires: one thread, no_new_privs is set.
const char* confine(const confinement& how);

} // namespace dure::node
