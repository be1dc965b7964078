#pragma once

#include <cstdint>

namespace dure::node {

inline constexpr std::uint32_t noop_concurrency = 256;

/// Runs the handler of kind `noop`: every job ends at once with an empty object. Returns the exit
/// status.
int run_noop();

} // namespace dure::node
