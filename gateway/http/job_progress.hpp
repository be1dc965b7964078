#pragma once

#include "gateway/api/job_view.hpp"
#include "gateway/http/exchange.hpp"

namespace dure::gateway {

/// Returns how far a running job is and how long it will still take, as far as it has told.
job_surroundings progress_around(service& use, const job& j);

/// Returns the same for each of them.
std::vector<job_surroundings> progress_around(service& use, const std::vector<job>& jobs);

} // namespace dure::gateway
