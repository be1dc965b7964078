#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace dure::node {

class nats_connection;

/// Delivers the messages of a stream from a sequence on, in order, without a gap and without a
/// duplicate, over reconnects and restarts of the server. Thread-safe.
///
/// It is an ephemeral push consumer that is made anew from the next sequence whenever one of its
/// messages is missing, its heartbeat stays away or the connection was away. The server sends no
/// more than its flow-control window (32 MiB) ahead of a listener that takes its time.
/// A sequence at or below one that was delivered means that the stream lost its end; a jump ahead
/// means that the messages between are gone from the stream.
class ordered_consumer {
public:
  using listener = std::function<void(std::uint64_t sequence, std::string_view payload)>;

  /// `filter`: the subject, or empty for all. `on_message` is called on a thread of its own.
  ordered_consumer(nats_connection& connection, std::string stream, std::string filter,
                   listener on_message);

  /// The listener is not running any more when it returns; not to be called by the listener.
  ~ordered_consumer();

  ordered_consumer(const ordered_consumer&) = delete;
  ordered_consumer& operator=(const ordered_consumer&) = delete;

  /// Begins at `from`, or moves there.
  void start(std::uint64_t from);
  void stop();

private:
  class machine;
  std::shared_ptr<machine> machine_;
};

} // namespace dure::node
