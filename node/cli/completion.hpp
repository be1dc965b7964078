#pragma once

#include <string>
#include <vector>

namespace dure::node {

/// A command as completion shows it.
struct completed_command {
  std::string name;
  std::string help;
  std::vector<std::string> options; ///< With their dashes.
  bool takes_files = false;
};

/// Returns the script that makes `shell` (bash, zsh or fish) complete these commands, their options
/// and files; empty for another shell.
std::string completion_script(const std::string& shell,
                              const std::vector<completed_command>& commands);

} // namespace dure::node
