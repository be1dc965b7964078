#pragma once

#include "node/cli/gateway_talk.hpp"

#include <string>

namespace dure::node {

/// Which jobs `dure jobs` lists; empty: any.
struct job_list_options {
  std::string status;
  std::string kind;
  std::string queue;
  std::string group;
  std::string tag;
  std::string text; ///< Words to search for.
  std::string limit = "50";
  std::string cursor;
};

/// Prints jobs as a table, the newest first.
exit_code list_jobs(const gateway_options& to, const job_list_options& which);

/// Prints a job, a line for each field that says something.
exit_code show_job(const gateway_options& to, const std::string& id);

/// Prints a completed job's result as JSON.
exit_code show_result(const gateway_options& to, const std::string& id);

/// Cancels or retries a job: `action` is the word in its route.
exit_code change_job(const gateway_options& to, const std::string& id, const std::string& action);

/// Prints what the job's attempts logged after line `after`; with `follow`, until it ends.
exit_code show_logs(const gateway_options& to, const std::string& id, std::uint64_t after,
                    bool follow);

} // namespace dure::node
