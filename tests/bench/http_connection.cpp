#include "tests/bench/http_connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <limits>
#include <utility>

namespace dure::bench {

namespace http = boost::beast::http;
using tcp = boost::asio::ip::tcp;

http_connection::http_connection(std::string host, std::uint16_t port)
    : host_{std::move(host)}, stream_{io_} {
  tcp::resolver resolver{io_};
  stream_.connect(resolver.resolve(host_, std::to_string(port)));
  stream_.socket().set_option(tcp::no_delay{true});
}

http_answer http_connection::ask(http::verb verb, const std::string& target, std::string body) {
  http::request<http::string_body> request{verb, target, 11};
  request.set(http::field::host, host_);
  if (!body.empty())
    request.set(http::field::content_type, "application/json");
  request.body() = std::move(body);
  request.prepare_payload();
  http::write(stream_, request);

  http::response_parser<http::string_body> parser;
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  http::read(stream_, buffer_, parser);
  auto response = parser.release();
  return {response.result_int(), std::move(response.body())};
}

} // namespace dure::bench
