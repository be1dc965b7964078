#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/log.hpp"
#include "node/journal/jetstream_api.hpp"

#include <functional>
#include <memory>
#include <string>

namespace dure::node {

class nats_connection;

/// A stream by name, with the configuration it must have. A value; thread-safe.
class nats_stream {
public:
  using handler = std::function<void(const result<jetstream::stream_state>&)>;

  nats_stream(nats_connection& connection, log_sink& log, jetstream::stream_settings wanted);

  const std::string& name() const { return wanted_->name; }

  /// Looks at the stream, making it if it is missing. `then` is called once, on a thread of the
  /// connection: errc::unavailable when the server did not answer, errc::io_failed when it has no
  /// room, errc::invalid when a stream of that name is configured differently. `subjects`: a filter
  /// whose message counts are wanted.
  void ensure(handler then, const std::string& subjects = "") const;

private:
  void call(const std::string& method, std::string body,
            std::function<void(jetstream::answer<jetstream::stream_state>)> then) const;
  void finish(const jetstream::answer<jetstream::stream_state>& found, const handler& then) const;

  nats_connection* connection_;
  log_sink* log_;
  std::shared_ptr<const jetstream::stream_settings> wanted_;
};

} // namespace dure::node
