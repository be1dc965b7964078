#pragma once

#include "gateway/api/explainer.hpp"
#include "gateway/api/response.hpp"
#include "gateway/bridge/backend.hpp"
#include "gateway/feed/job_feed.hpp"
#include "gateway/http/limits.hpp"
#include "gateway/http/request.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace dure::gateway {

/// The body of the request that is being answered, read as far as somebody asks for it.
class body_source {
public:
  virtual ~body_source() = default;

  /// Reads until `into` is full or the body ends; returns how many bytes, 0 at the end. A body that
  /// is cut off, malformed, too slow or too large is a problem.
  virtual boost::asio::awaitable<checked<std::size_t>> read(std::span<char> into) = 0;
};

/// A body that goes on while something happens.
class live_body {
public:
  virtual ~live_body() = default;

  /// Waits for the next piece; nothing: the body is complete.
  virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;

  /// The server stops: the body is to end soon.
  virtual void end() = 0;

  /// Returns whether it ended before it was complete: it must not look as if it were.
  virtual bool broke_off() const { return false; }
};

/// What every handler may use. All of it outlives the exchange.
struct service {
  backend& node;
  job_feed& feed;
  boost::asio::thread_pool& pool; ///< For calls that block.
  const server_limits& limits;
  const explainer& explains; ///< As the node was told; the active prompt is asked for each time.
  readiness listening;       ///< Where we listen, as a line of /readyz.
};

/// The logs in which one exchange has found nothing where something may be, and those of them which
/// its view has caught up with since. A value.
class missed_logs {
public:
  /// Something that belongs into `log` is not there.
  void note(log_number log) { missed_.insert(log); }

  /// The same, and what was proven before does not count any more.
  void doubt(log_number log) {
    proven_.erase(log);
    note(log);
  }

  /// The view has caught up with these since the exchange began.
  void prove(const std::set<log_number>& logs) { proven_.insert(logs.begin(), logs.end()); }

  /// Returns what has to be caught up with before the exchange may say that something is missing.
  std::set<log_number> open() const;

private:
  std::set<log_number> missed_;
  std::set<log_number> proven_;
};

/// One request on its way to a response.
struct exchange {
  request head;
  body_source& body;
  service& use;
  std::unique_ptr<live_body> live{}; ///< Set by a handler: follows the response's own body.
  missed_logs missed{};              ///< Noted by whoever looks something up.
};

/// Answers one request. A problem is turned into its document by the caller.
using handler = boost::asio::awaitable<checked<response>> (*)(exchange&);

/// Returns the whole body; more than `bytes_max` is a 413.
boost::asio::awaitable<checked<std::string>> read_whole(exchange& e, std::uint64_t bytes_max);

/// Returns the 415 for a body that must be JSON and is not, by its Content-Type.
std::optional<problem> refuse_unless_json(const exchange& e);

/// Returns the whole body of a request that must be JSON by its Content-Type.
boost::asio::awaitable<checked<std::string>> read_json(exchange& e, std::uint64_t bytes_max);

} // namespace dure::gateway
