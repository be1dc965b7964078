#pragma once

#include "node/cli/cli.hpp"

#include <string>

namespace dure::node {

/// Checks the promises on a stopped node's rows and log tail, prints a line a log (two nodes
/// whose logs stand at one index must have the same state), and answers
/// `failed` when one is broken.
exit_code verify_folder(const std::string& folder);

} // namespace dure::node
