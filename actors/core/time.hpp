#pragma once

#include <chrono>

namespace dure {

using std::chrono::milliseconds;

/// Wall-clock time, UTC, in milliseconds. Comes in as a parameter everywhere: only `node/` reads a
/// clock.
using timestamp = std::chrono::sys_time<milliseconds>;

/// Time since an arbitrary start that never goes back; counts a replica's silence and a worker's
/// waits.
struct monotonic_tag {};

using monotonic = std::chrono::time_point<monotonic_tag, milliseconds>;

} // namespace dure
