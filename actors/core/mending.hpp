#pragma once

#include "actors/core/ids.hpp"

#include <cstdint>
#include <string>

namespace dure {

/// An operator's word on a log that does not go on by itself, told to every node (its bytes:
/// node_message.hpp).
struct shard_mending {
  enum class way : std::uint8_t {
    accept_loss, ///< The log goes on with what living nodes have.
    keep_log,    ///< Whoever has halted gives up its own records and follows the log.
    keep_node,   ///< What `node` has, which has halted, is put into the log anew.
    stand_aside, ///< `node` has begun to: all others leave the log to it until it leads.
  };

  log_number log{};
  way how{};
  std::string node; ///< Whose records are kept, with keep_node and stand_aside; else empty.

  bool operator==(const shard_mending&) const = default;
};

} // namespace dure
