#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ledger.hpp"

namespace dure::ledger {

/// Returns errc::invalid or too_large, naming the field, when a command is out of the bounds of
/// limits.hpp or of the log it came to. Looks at nothing but the command.
result<void> check(const command_body& body, const context& at);

/// Returns what a worker said of a failure, cut to the limits: a handler's long message must not
/// keep its attempt from ending.
job_error within_limits(job_error said);

} // namespace dure::ledger
