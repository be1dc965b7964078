#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>

namespace dure {

/// Returns how long to wait after the `failures`-th counted failure of a job, whose attempt was the
/// `attempt`-th: limits::backoff_first, doubled each time up to limits::backoff_max, plus up to a
/// quarter of it, so that jobs that failed together do not return together. The same for the same
/// arguments.
milliseconds backoff(unsigned failures, const job_id& id, std::uint16_t attempt);

} // namespace dure
