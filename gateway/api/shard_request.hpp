#pragma once

#include "actors/core/mending.hpp"
#include "gateway/api/problem.hpp"
#include "gateway/api/words.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

/// A log as its address names it.
struct shard_address {
  std::string queue;
  std::uint16_t shard = 0;
};

/// Returns the number in the path of a shard, or nothing when it is none.
std::optional<std::uint16_t> parse_shard_number(std::string_view text);

/// Returns what is wrong with the body of …/recover: {accept_loss: true}. Without that word the 400
/// says what would be lost.
std::optional<problem> check_recover_request(std::string_view body);

/// Returns what the body of …/resolve wishes: {keep: "log"} or {keep: NODE}. The log is not filled
/// in. A node named "log" cannot be kept by its name.
checked<shard_mending> parse_resolve_request(std::string_view body);

/// Returns the word for what is done: "accept_loss", "keep_log" or "keep_node".
std::string_view word_of(shard_mending::way how);

/// Returns what was begun, what is lost by it, and what is to be done next, for people.
std::string message_of(const shard_mending& wish, const shard_address& at, language in);

} // namespace dure::gateway
