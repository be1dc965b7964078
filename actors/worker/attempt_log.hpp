#pragma once

#include "actors/core/job.hpp"
#include "actors/ports/log.hpp"
#include "actors/worker/worker.hpp"

#include <string_view>

namespace dure {

/// Writes a line about an attempt, with everything that one may look it up by: job, attempt, queue,
/// shard, epoch.
void log_attempt(const worker_state& state, log_level level, std::string_view name,
                 std::string_view text, const lease& of);

} // namespace dure
