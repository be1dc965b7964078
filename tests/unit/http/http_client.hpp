#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dure::gateway::test {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// What came back.
struct reply {
  int status = 0; ///< 0: the connection ended without an answer.
  header_list headers;
  std::string body;

  std::string header(std::string_view name) const; ///< Empty when absent; any case.

  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// A client with one connection, made at the first use and again when the server closed it. Waits
/// at most ten seconds for anything.
class http_client {
public:
  explicit http_client(std::uint16_t port);
  ~http_client();
  http_client(http_client&&) noexcept;

  reply get(std::string_view target, header_list headers = {});
  reply post(std::string_view target, std::string_view body, header_list headers = {});
  reply send(std::string_view method, std::string_view target, std::string_view body = {},
             header_list headers = {});

  /// Sends bytes as they are.
  void write(std::string_view bytes);

  /// Reads the next response; `to_head`: of a HEAD request.
  reply read(bool to_head = false);

  /// Reads until the server closes; returns everything, and says whether it was a reset.
  std::string read_all(bool* reset = nullptr);

  /// Returns whether the server closes within a second.
  bool is_closed();
  void shutdown_send();
  void close();

private:
  struct connection;
  std::unique_ptr<connection> connection_;
};

} // namespace dure::gateway::test
