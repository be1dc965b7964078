#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstdint>
#include <string>

namespace dure::bench {

/// What came back.
struct http_answer {
  unsigned status = 0;
  std::string body;
};

/// One keep-alive connection that asks and waits. One owner. A failed exchange ends the benchmark
/// with its reason.
class http_connection {
public:
  http_connection(std::string host, std::uint16_t port);

  http_answer ask(boost::beast::http::verb verb, const std::string& target, std::string body = {});

private:
  std::string host_;
  boost::asio::io_context io_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

} // namespace dure::bench
