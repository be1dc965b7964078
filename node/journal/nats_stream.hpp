#pragma once

#include "actors/core/error.hpp"
#include "actors/ports/log.hpp"
#include "node/journal/jetstream_api.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace dure::node {

class nats_connection;

/// A stream by name, with the configuration it must have. A value; thread-safe.
///
/// A stream is made with as many replicas as wanted, or with one where the server is alone. In a
/// cluster that is too small for them nothing is made: one copy fewer would stay so for ever. A
/// stream with fewer replicas is used, and a warning says once how to mend it.
class nats_stream {
public:
  using handler = std::function<void(const result<jetstream::stream_state>&)>;

  nats_stream(nats_connection& connection, log_sink& log, jetstream::stream_settings wanted);

  const std::string& name() const { return wanted_->name; }

  /// Looks at the stream, making it if it is missing. `then` is called once, on a thread of the
  /// connection: errc::unavailable when the server did not answer or its cluster is too small,
  /// errc::io_failed when it has no room, errc::invalid when a stream of that name is configured
  /// differently. `subjects`: a filter whose message counts are wanted.
  void ensure(handler then, const std::string& subjects = "") const;

private:
  void make(int replicas, const handler& then) const;
  void call(const std::string& method, std::string body,
            std::function<void(jetstream::answer<jetstream::stream_state>)> then) const;
  void finish(const jetstream::answer<jetstream::stream_state>& found, const handler& then) const;
  error failed(const jetstream::api_error& failure) const;
  void warn_if_thin(const jetstream::stream_state& found) const;

  struct warned {
    std::atomic<bool> thin = false;
    std::atomic<bool> small_cluster = false;
  };

  nats_connection* connection_;
  log_sink* log_;
  std::shared_ptr<const jetstream::stream_settings> wanted_;
  std::shared_ptr<warned> warned_ = std::make_shared<warned>();
};

} // namespace dure::node
