#pragma once

#include "node/cli/cli.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dure::node {

struct handler_check_options {
  std::vector<std::string> command;
  std::string kind; ///< Empty: the first that the handler names.
  std::string params = "{}";
  std::string file;             ///< Empty: none.
  std::uint32_t timeout_s = 60; ///< Of a job.
  bool json = false;
};

/// Tries a handler as a node would run it and tells what is right and wrong: on stderr in words, on
/// stdout as JSON when asked. Answers `failed` when something is wrong. Needs no node.
exit_code check_handler(const handler_check_options& options);

} // namespace dure::node
