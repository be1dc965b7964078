#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dure::gateway {

/// How much one client may send, and how long it may take.
struct server_limits {
  std::uint64_t body_bytes = (1ULL << 30) + (1ULL << 20); ///< Any body; more is 413. A file of 1
                                                          ///< GiB fits, with the parts around it.
  std::uint64_t json_bytes = 64ULL << 20;                 ///< A body that is read whole.
  std::uint64_t bulk_bytes = 1ULL << 20;                  ///< A body that changes many jobs.
  std::uint64_t change_bytes = 64ULL << 10;               ///< A body that changes one thing.
  std::uint32_t header_bytes = 16 * 1024;                 ///< Request line and fields; more is 431.
  std::size_t connections = 10'000;                       ///< At a time; more wait to be accepted.
  std::chrono::milliseconds idle{100'000};                ///< Between requests.
  std::chrono::milliseconds header{30'000};    ///< From the first byte to the end of the header.
  std::chrono::milliseconds transfer{60'000};  ///< For a body, either way, plus what it needs at
                                               ///< `bytes_per_second`.
  std::uint64_t bytes_per_second = 8 * 1024;   ///< Slower clients are cut off.
  std::chrono::milliseconds wait_max{100'000}; ///< The longest `wait`; longer ones are cut to it.
};

} // namespace dure::gateway
