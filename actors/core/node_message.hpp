#pragma once

#include "actors/core/command.hpp"
#include "actors/core/error.hpp"
#include "actors/core/mending.hpp"
#include "actors/core/replica.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dure {

// What replicas of one log, and nodes, say to each other, and its bytes: a format number u8, then
// the fields of the struct in the order of their declaration. For bytes in flight only: nothing
// keeps them, and a node of another format is told that a newer node is needed.

/// Wishes for the leader.
struct wishes_message {
  std::vector<command> commands;
};

/// A worker of another node waits for jobs.
struct claim_message {
  command wish; ///< Its body is a claim.
  milliseconds patience{};
};

/// A reader of another node missed something.
struct barrier_message {};

using request_message = std::variant<wishes_message, claim_message, barrier_message>;

/// What became of each wish, in order, and how far the leader's view had come by then.
struct reply_message {
  journal_index index{};
  std::vector<result<answer>> outcomes;
};

/// A heartbeat.
using beat_message = replica_input::peer;

std::string encode(const request_message& m);
std::string encode(const reply_message& m);
std::string encode(const beat_message& m);
std::string encode(const shard_mending& m);

// errc::corrupt for bytes that are none of ours, errc::newer_node_needed for another format.

result<request_message> decode_request(std::string_view bytes);
result<reply_message> decode_reply(std::string_view bytes);
result<beat_message> decode_beat(std::string_view bytes);
result<shard_mending> decode_mending(std::string_view bytes);

} // namespace dure
