#pragma once

#include "actors/core/limits.hpp"
#include "actors/core/time.hpp"
#include "node/sandbox/spawn_protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dure::node {

/// How handlers of one kind are run. Numbers say what one attempt or process may cost; over a limit
/// the attempt ends with the code beside it.
struct pool_settings {
  std::string kind;
  std::vector<std::string> argv;   ///< The handler's command.
  std::vector<std::string> env;    ///< NAME=VALUE, added to PATH, LANG and TMPDIR; nothing else is
                                   ///< handed down. Names there win.
  std::uint32_t processes_min = 1; ///< Kept warm.
  std::uint32_t processes_max = 1;
  std::uint32_t concurrency_max = 1; ///< Jobs at a time in a process; its hello may say fewer.
  bool needs_files = false;          ///< A scratch folder is made for each attempt.

  process_limits limits;
  confinement shut_in;

  milliseconds hello_within{10'000};
  milliseconds silence{120'000};    ///< `silent`: no line while it has a job.
  milliseconds cancel_grace{5'000}; ///< From a cancel line, or the end of input, to the kill.
  milliseconds idle_kept{60'000};   ///< Processes beyond the minimum end after this.
  milliseconds soft_timeout{dure::limits::hard_timeout_max}; ///< The most that any task gets.
  milliseconds hard_timeout{dure::limits::hard_timeout_max};

  std::size_t line_bytes_max = std::size_t{64} << 20;   ///< `output_too_large`
  std::size_t result_bytes_max = std::size_t{48} << 20; ///< `output_too_large`
  std::size_t log_bytes_max = std::size_t{1} << 20;     ///< An attempt's further logs are dropped.

  std::uint64_t jobs_max = 0; ///< A process is replaced after this many; 0: never.
  std::size_t artifacts_max = 4 * dure::limits::artifacts_max; ///< `output_too_large`
  std::uint64_t artifact_bytes_max = std::uint64_t{4} << 30;   ///< In sum: `output_too_large`
  std::uint64_t rss_bytes_max = 0; ///< A process is replaced when it holds more; 0: never.
};

} // namespace dure::node
