#pragma once

#include "actors/core/error.hpp"
#include "node/sandbox/owned_fd.hpp"
#include "node/sandbox/pool_settings.hpp"

#include <string>
#include <vector>

namespace dure::node {

/// What every handler process is given to start with.

/// Returns its variables: those of the settings, and PATH, LANG and TMPDIR where they name none.
std::vector<std::string> handler_environment(const pool_settings& settings);

/// The ends of its stdin and stdout, one socket, and of its stderr, a pipe. All close on exec.
struct handler_channels {
  owned_fd ours;
  owned_fd theirs;
  owned_fd complaints_read; ///< Does not block.
  owned_fd complaints_write;
};

/// errc::io_failed when there are too many open files.
result<handler_channels> make_handler_channels();

} // namespace dure::node
