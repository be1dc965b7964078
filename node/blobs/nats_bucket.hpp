#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/log.hpp"
#include "node/blobs/object_layout.hpp"
#include "node/journal/jetstream_api.hpp"
#include "node/journal/nats_requests.hpp"
#include "node/journal/nats_stream.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace dure::node {

class nats_connection;

/// One object-store bucket on the server: what reading and writing objects is made of. Calls block
/// until the server has answered; thread-safe.
class nats_bucket {
public:
  struct found_meta {
    object_layout::meta meta;
    std::uint64_t sequence = 0; ///< In the stream; what a change of the meta must expect.
    timestamp stored_at{};      ///< By the server's clock; max() when it says none.
  };

  nats_bucket(nats_connection& connection, log_sink& log, clock& time, std::string name,
              int replicas);

  const std::string& name() const { return name_; }

  nats_connection& connection() const { return connection_; }

  /// Makes the bucket's stream if it is missing. Looks again only after a write has failed.
  result<void> ensure() const;

  /// Returns the newest meta of an object, be it of a deleted one, or nothing.
  result<std::optional<found_meta>> find(const std::string& object) const;

  /// Returns the first meta behind a sequence that can be read, be it of a deleted object, or
  /// nothing.
  result<std::optional<found_meta>> next_meta(std::uint64_t after) const;

  /// Returns what the bucket's stream holds; nothing when nobody has made it yet. Answers within
  /// `patience`.
  result<std::optional<jetstream::stream_state>> state(milliseconds patience) const;

  /// Removes one message; an answer that is lost is no failure.
  void drop(std::uint64_t sequence) const;

  /// Writes a meta, if the newest one is still at `expected` (0: there is none). Returns where it
  /// is now.
  /// errc::version_mismatch when it is not, errc::unknown_outcome when it may or may not be
  /// written, errc::io_failed when there is no room.
  result<std::uint64_t> put_meta(const object_layout::meta& m, std::uint64_t expected) const;

  /// Returns how many chunks of an upload are there.
  result<std::uint64_t> count_chunks(const std::string& nuid) const;

  /// Returns the chunk of an upload that has one. It may come from a replica that lags: what is
  /// missing there may be in the stream.
  result<std::string> only_chunk(const std::string& nuid) const;

  /// Sends a chunk on its way; `on_reply` is told of the server's acknowledgement.
  void send_chunk(const std::string& nuid, std::string bytes,
                  nats_requests::handler on_reply) const;

  /// Removes an upload's chunks, in the background; repeats for ten minutes while the server is
  /// away.
  void purge_chunks(const std::string& nuid) const;

private:
  static std::optional<found_meta> read_meta(const jetstream::stored_message& message);
  result<std::optional<jetstream::stored_message>> get(const std::string& question) const;
  result<std::string> call(const outgoing_message& request, milliseconds patience) const;
  result<std::string> call(const outgoing_message& request) const;

  nats_connection& connection_;
  clock& time_;
  std::string name_;
  nats_stream stream_;
  mutable std::atomic<bool> seen_{false};
};

} // namespace dure::node
