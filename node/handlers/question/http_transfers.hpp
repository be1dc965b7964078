#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dure::node {

/// What became of a request.
struct http_reply {
  enum class ending {
    answered,
    unreachable, ///< No connection: no name, no route, no TLS, or not in time.
    cut,         ///< The connection ended before the answer did.
    too_slow,
    too_large,
    garbled, ///< What came is no HTTP, or no gzip.
  };

  ending how = ending::answered;
  bool sent = false; ///< All of the request went out: it may have been acted on.
  long status = 0;   ///< 0: none came.
  std::string body;
  std::string why; ///< When not answered: the reason in words.
  std::optional<std::chrono::milliseconds> retry_after;
  std::map<std::string, std::string> headers; ///< Those asked for, by lower-case name.
};

/// What all requests have in common.
struct http_target {
  std::string url;
  std::string key; ///< Sent as bearer token unless empty.
  std::vector<std::string> headers_wanted;
  std::size_t connections_max = 1;
  std::size_t body_bytes_max = std::size_t{1} << 20; ///< As unpacked.
};

/// Posts JSON over kept connections, many requests at a time on one thread. Follows no redirect and
/// repeats nothing. One owner.
class http_transfers {
public:
  using clock = std::chrono::steady_clock;

  explicit http_transfers(http_target target);
  ~http_transfers();

  http_transfers(const http_transfers&) = delete;
  http_transfers& operator=(const http_transfers&) = delete;

  /// Begins one; its reply comes out of `drive`. Once the first byte of an answer is there, the
  /// rest must follow within a quarter of `within`. Requires: no other of this `id` is under way.
  void begin(const std::string& id, std::string body, std::chrono::milliseconds within);

  /// Drops one; returns whether it was sent already. An unknown one was not.
  bool abort(const std::string& id);

  /// Can be read when `drive` has something to do.
  int descriptor() const;

  /// Returns when `drive` has something to do at the latest.
  std::optional<clock::time_point> next_wake() const;

  /// Moves bytes; returns what ended, by id. Never blocks.
  std::vector<std::pair<std::string, http_reply>> drive(clock::time_point now);

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace dure::node
