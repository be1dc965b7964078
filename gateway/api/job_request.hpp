#pragma once

#include "actors/core/job.hpp"
#include "gateway/api/problem.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dure::gateway {

/// Returns what a client wants done: a spec without an id, and with an empty queue when none was
/// named. `pointer` is where `body` stands in the request.
checked<job_spec> parse_job_request(const nlohmann::json& body, const std::string& pointer = "");

/// The jobs of one POST, in order; each understood or refused by itself.
struct job_batch {
  std::vector<checked<job_spec>> jobs;
  bool single = false; ///< One object was sent, not an array.
};

/// Returns what the body of POST /api/v1/jobs asks for: an object, an array of at most
/// limits::batch_jobs_max of them, or, when `lines`, one object a line (NDJSON). A body of which
/// nothing is right is a problem as a whole.
checked<job_batch> parse_job_batch(std::string_view body, bool lines);

/// Body of …/priority.
checked<std::int16_t> parse_priority_request(std::string_view body);

/// Body of …/reschedule.
checked<timestamp> parse_reschedule_request(std::string_view body);

/// Body of …/pause: {reason?}, or none.
checked<std::string> parse_pause_request(std::string_view body);

/// Returns what is wrong with the body of a POST that says everything by its path: it must be empty
/// or {}.
std::optional<problem> check_empty_request(std::string_view body);

} // namespace dure::gateway
