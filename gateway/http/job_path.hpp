#pragma once

#include "actors/core/ids.hpp"
#include "gateway/http/exchange.hpp"

namespace dure::gateway {

/// Returns the job that the path names; a 404 when that is no id.
checked<job_id> job_in_path(const exchange& e);

/// Returns the job's row, or the 404 or 410; a job that was not found is noted as missed.
checked<job> find_job_in_path(exchange& e);

} // namespace dure::gateway
