#pragma once

#include "node/cli/gateway_talk.hpp"

#include <string>
#include <vector>

namespace dure::node {

/// What `dure submit` is told.
struct submit_options {
  std::vector<std::string> files;
  std::string kind;
  std::string queue;
  std::string group;
  std::string params; ///< JSON text, or empty.
  bool wait = false;
};

/// Uploads the files and prints their jobs' ids, a line each; without files, submits one job of the
/// kind. With `wait`, shows how far they are until all have ended; `failed` when one did not
/// complete. Ctrl-C then leaves the jobs running and says so.
exit_code submit_files(const gateway_options& to, const submit_options& what);

} // namespace dure::node
