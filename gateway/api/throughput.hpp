#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <array>
#include <cstdint>
#include <map>

namespace dure::gateway {

/// How many jobs of each log were completed lately, by the times of the records that say so: what
/// is replayed counts when it happened. A value.
class throughput {
public:
  /// Takes note of jobs completed at one time.
  void note(log_number log, timestamp at, std::uint64_t jobs);

  /// Returns how many a minute were completed in the last five minutes, or since the first of them
  /// if that is less, but over one minute at least.
  double per_minute(log_number log, timestamp now) const;

private:
  struct slot {
    std::int64_t number = 0; ///< Counts slots since 1970; tells an old slot from a new one.
    std::uint64_t jobs = 0;
  };

  static constexpr std::size_t slots = 30;

  std::map<log_number, std::array<slot, slots>> logs_;
};

} // namespace dure::gateway
