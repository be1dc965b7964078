#pragma once

#include "actors/core/limits.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// How far a user's handler is shut in. Each holds on the kernel or the handler does not start.
enum class handler_profile : std::uint8_t {
  open,       ///< The limits alone.
  no_network, ///< And it opens no sockets but local ones.
  strict,     ///< And it writes below the scratch folder only.
};

std::string_view to_string(handler_profile profile);

/// A kind of jobs that the operator brings a command for: a table `[kinds."name"]` of the file.
struct user_kind {
  std::string name;
  std::vector<std::string> command;
  std::string queue = "default"; ///< Where its jobs go unless the client says otherwise.
  std::uint32_t processes = 1;   ///< At most.
  std::uint32_t concurrency = 1; ///< Jobs at a time in a process; its hello may say fewer.
  milliseconds soft_timeout{limits::hard_timeout_max}; ///< The most that a job of it gets.
  milliseconds hard_timeout{limits::hard_timeout_max};
  milliseconds silence{120'000};
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;  ///< Address space of a process; 0: any.
  std::uint64_t output_bytes = std::uint64_t{48} << 20; ///< Of a result.
  std::uint64_t file_bytes = std::uint64_t{1} << 30;    ///< Of each file it writes; 0: any.
  std::vector<std::string> environment; ///< Names of the node's variables that it is handed.
  handler_profile profile = handler_profile::open;

  bool operator==(const user_kind&) const = default;
};

} // namespace dure::node
