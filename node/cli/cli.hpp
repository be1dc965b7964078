#pragma once

namespace dure::node {

/// What a command line tool answers its shell with.
enum class exit_code : int {
  done = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  conflict = 4,
  unavailable = 5,
  interrupted = 130, ///< Ctrl-C, as shells count it.
};

/// Runs the commands that talk to a gateway, and `verify` and `completion`; returns the exit code.
/// Data goes to stdout, talk to stderr.
int run_cli(int argc, char** argv);

} // namespace dure::node
