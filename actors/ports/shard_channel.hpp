#pragma once

#include "actors/core/error.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace dure {

/// Another replica of the log told where it stands.
struct beat_heard {
  std::string bytes;
};

/// Another node asks the leader of the log, which is this node.
struct request_heard {
  std::string bytes;
  std::string reply_to; ///< Names whoever asks.
};

/// What became of a request: errc::not_leader when nobody serves, errc::unavailable when it is no
/// message that can be sent, errc::unknown_outcome when the way to others is or went away, or no
/// reply came in time.
struct request_answered {
  std::uint64_t number = 0;
  result<std::string> reply = std::string{};
};

using channel_message = std::variant<beat_heard, request_heard, request_answered>;

/// How the replicas of one log reach each other. Bytes are those of node_message.hpp.
///
/// Every call returns at once. What comes in is told to the listener on a thread of the adapter; it
/// must only pass it on. Calls may come from any thread, but from one owner at a time.
class shard_channel {
public:
  using listener = std::function<void(channel_message)>;

  virtual ~shard_channel() = default;

  /// Tells all replicas, this one included, at most once.
  virtual void beat(std::string bytes) = 0;

  /// Asks whoever serves; answered once by a request_answered with this number. Where several
  /// serve, as while a deposed leader does not know it, all hear it and the first reply counts.
  virtual void ask(std::uint64_t number, std::string bytes, milliseconds timeout) = 0;

  /// From now on requests are heard here, or not any more.
  virtual void serve(bool on) = 0;

  virtual void reply(const std::string& to, std::string bytes) = 0;
};

/// Opens the channels of a cluster's logs.
class shard_channel_source {
public:
  virtual ~shard_channel_source() = default;

  /// `on_message` lives as long as the channel does.
  virtual std::unique_ptr<shard_channel> open(const std::string& queue, std::uint16_t shard,
                                              shard_channel::listener on_message) = 0;
};

} // namespace dure
