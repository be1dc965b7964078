#pragma once

#include "actors/core/job.hpp"

#include <string>
#include <string_view>

namespace dure::node {

/// How the sandbox ends an attempt that its handler did not end. A value.
struct attempt_ending {
  attempt_end end = attempt_end::died;
  job_error failure;
};

namespace endings {

attempt_ending soft_timeout();
attempt_ending hard_timeout();
attempt_ending silent(milliseconds silence);
attempt_ending protocol_error(std::string_view what);
attempt_ending output_too_large();
attempt_ending bad_artifact();

/// For the other attempts of a process that had to be ended because of one: they are given back,
/// since an innocent job must not be counted towards poison.
attempt_ending neighbour(std::string_view code);

/// For attempts whose process went down with the spawner. They are given back.
attempt_ending spawner_died();

/// For tasks whose handler does not come up; `last_line` is what it said last, if anything.
attempt_ending unavailable(std::string_view kind, std::string_view last_line);

/// Tells from a wait status, and the end of what the process wrote to stderr, why it died.
attempt_ending process_death(int wait_status, std::string_view stderr_tail);

} // namespace endings

} // namespace dure::node
