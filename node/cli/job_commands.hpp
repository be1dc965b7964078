#pragma once

#include "node/cli/cli.hpp"

#include <string>

namespace dure::node {

/// Uploads a file and prints its job's id; with `wait`, shows progress until it ends. `failed` when
/// the job failed.
exit_code submit_file(const std::string& url, const std::string& file, bool wait);

/// Prints a job, a line for each field that says something.
exit_code show_job(const std::string& url, const std::string& id);

/// Prints a completed job's result as JSON.
exit_code show_result(const std::string& url, const std::string& id);

} // namespace dure::node
