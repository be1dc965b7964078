#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

/// Keys of node records in `control` begin with this; the node's name follows.
inline constexpr std::string_view node_key_prefix = "node/";

/// A kind that a node brings handlers for, and the queue where its jobs go unless the client says
/// otherwise.
struct offered_kind {
  std::string name;
  std::string queue; ///< Empty: a built-in kind, which the first queues list.

  bool operator==(const offered_kind&) const = default;
};

/// What a node says of itself when it joins, as `control` keeps it under "node/<name>". It says who
/// belongs to the cluster; beats say who is alive.
struct node_definition {
  std::string name;
  bool gateway = false;
  bool scheduler = false; ///< It may lead.
  bool worker = false;
  std::uint32_t slots = 0;         ///< Heavy handlers at a time.
  std::vector<offered_kind> kinds; ///< That its worker runs.

  bool operator==(const node_definition&) const = default;
};

} // namespace dure
