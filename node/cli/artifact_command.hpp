#pragma once

#include "node/cli/gateway_talk.hpp"

#include <string>

namespace dure::node {

/// What `dure artifacts` is told.
struct artifact_options {
  std::string id;
  std::string name;   ///< Empty: list them, or with `folder` save all.
  std::string output; ///< File for the named one; "-": stdout.
  std::string folder; ///< Save here under their own names.
};

/// Lists a job's artifacts, or saves one or all of them. A file is whole or not there, and none is
/// ever written outside of where it was asked for.
exit_code artifacts(const gateway_options& to, const artifact_options& what);

} // namespace dure::node
