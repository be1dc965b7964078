#pragma once

#include "actors/core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dure::node {

struct http_reply {
  long status = 0;
  std::string body;
};

/// Talks to a gateway, one request at a time. One owner. A gateway that cannot be reached, or that
/// does not answer a `get` in time, is errc::unavailable.
class http_client {
public:
  /// `url` is like http://127.0.0.1:8080, without a path.
  explicit http_client(std::string url);
  ~http_client();

  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Asks `stop` about once a second while something is under way, and ends it with errc::cancelled
  /// when it says so.
  void stop_when(std::function<bool()> stop) { stop_ = std::move(stop); }

  /// For answers that come soon; a path may ask the gateway to wait a few seconds.
  result<http_reply> get(const std::string& path);

  /// Writes the body to `sink` piece by piece when the status is 200; otherwise it is in the reply.
  result<http_reply> get(const std::string& path,
                         const std::function<void(std::string_view)>& sink);

  /// Sends `body` as JSON, or nothing when it is empty.
  result<http_reply> send(const std::string& method, const std::string& path,
                          const std::string& body);

  /// Sends the plain fields, then the file as multipart field `file`. `on_sent` hears of sent and
  /// all bytes.
  result<http_reply> upload(const std::string& path, const std::filesystem::path& file,
                            const std::vector<std::pair<std::string, std::string>>& fields,
                            const std::function<void(std::uint64_t, std::uint64_t)>& on_sent);

private:
  result<http_reply> perform(const std::string& path,
                             const std::function<void(std::string_view)>& sink,
                             const std::function<void(std::uint64_t, std::uint64_t)>* on_sent);

  std::string url_;
  std::function<bool()> stop_;
  void* curl_; ///< A CURL handle; its header stays in the source file.
};

} // namespace dure::node
