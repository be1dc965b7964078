#pragma once

#include <cstdint>

namespace dure::node {

inline constexpr std::uint32_t sleep_concurrency = 256;

/// Runs the handler of kind `sleep`: a job ends after params.ms milliseconds (default 1,000, at
/// most a day), says how far it is each second, and stops when it is told to. Returns the exit
/// status.
int run_sleep();

} // namespace dure::node
