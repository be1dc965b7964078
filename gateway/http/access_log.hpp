#pragma once

#include <cstdint>
#include <string_view>

namespace spdlog {
class logger;
}

namespace dure::gateway {

/// One finished exchange.
struct access_entry {
  std::string_view client; ///< Address of the other end.
  std::string_view method;
  std::string_view target;
  std::string_view route;
  int status = 0;
  std::uint64_t bytes_in = 0; ///< Of the body.
  std::uint64_t bytes_out = 0;
  double seconds = 0;
};

/// Writes one line of JSON. What went well is told at debug, refusals at info, our own failures
/// (5xx) at warn: a node at info stays quiet while everything is well.
void log_access(spdlog::logger& log, const access_entry& entry);

/// Writes {"event": …, "detail": …} at warn.
void log_failure(spdlog::logger& log, std::string_view event, std::string_view detail);

} // namespace dure::gateway
