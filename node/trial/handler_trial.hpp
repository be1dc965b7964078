#pragma once

#include "node/sandbox/pool_settings.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

enum class verdict : std::uint8_t {
  good,
  note,  ///< Allowed, and perhaps not meant.
  wrong, ///< A node ends the attempt or the process for it.
};

std::string_view to_string(verdict is);

/// One thing that was seen while a handler was tried.
struct finding {
  std::string_view step; ///< "start", "hello", "job", "cancel" or "end".
  verdict is = verdict::good;
  std::string says; ///< Whole sentences; may have lines.
};

/// A handler to be tried, and the job that it is given.
struct trial_wish {
  pool_settings settings; ///< How it is run; an empty kind: the first that it names.
  std::string params = "{}";
  std::optional<std::filesystem::path> file;
  std::filesystem::path scratch; ///< An empty folder; attempts get theirs below it.
};

/// Runs the handler as a node would: a job, another that is cancelled, the end of input. Tells each
/// finding when it is made. Blocks, at the longest for the limits in the settings. Requires: this
/// binary serves as spawner.
void try_handler(trial_wish wish, const std::function<void(finding)>& tell);

} // namespace dure::node
