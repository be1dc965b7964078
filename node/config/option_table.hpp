#pragma once

#include "node/config/node_options.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// One option under its three names: --key, DURE_KEY, and `key` in the file.
struct option {
  std::string key;
  std::string help;
  bool is_flag = false;
  bool node_only = false; ///< Not for `dure up`.
  /// Takes the text form; answers what is wrong with it, or nothing.
  std::function<std::string(node_options&, const std::string&)> assign;
  /// Returns the text form for people: secrets are masked.
  std::function<std::string(const node_options&)> show;
};

/// Returns the options that `command` (up, node or config) takes: the one place where each is
/// named, explained, read and shown.
std::vector<option> options_of(std::string_view command);

/// Returns the option's name in the environment: log-level is DURE_LOG_LEVEL.
std::string variable_of(std::string_view key);

} // namespace dure::node
