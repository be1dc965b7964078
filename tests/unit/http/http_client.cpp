#include "tests/unit/http/http_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace dure::gateway::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::chrono::seconds patience{10};

} // namespace

/// Runs each asynchronous step to its end, so that none can hang a test.
struct http_client::connection {
  explicit connection(std::uint16_t p) : port{p}, stream{io} {}

  template <class Begin> boost::system::error_code step(Begin begin) {
    boost::system::error_code outcome;
    stream.expires_after(patience);
    begin([&](boost::system::error_code failed, auto...) { outcome = failed; });
    io.restart();
    io.run();
    return outcome;
  }

  void open() {
    if (stream.socket().is_open())
      return;
    buffer.clear();
    asio::ip::tcp::endpoint server{asio::ip::address_v4::loopback(), port};
    static_cast<void>(step([&](auto done) { stream.async_connect(server, std::move(done)); }));
  }

  std::uint16_t port;
  asio::io_context io;
  beast::tcp_stream stream;
  beast::flat_buffer buffer;
};

std::string reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (beast::iequals(key, name))
      return value;
  return {};
}

http_client::http_client(std::uint16_t port) : connection_{std::make_unique<connection>(port)} {}

http_client::~http_client() = default;
http_client::http_client(http_client&&) noexcept = default;

reply http_client::get(std::string_view target, header_list headers) {
  return send("GET", target, {}, std::move(headers));
}

reply http_client::post(std::string_view target, std::string_view body, header_list headers) {
  auto typed = std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return beast::iequals(header.first, "Content-Type");
  });
  if (!typed && !body.empty())
    headers.emplace_back("Content-Type", "application/json");
  return send("POST", target, body, std::move(headers));
}

reply http_client::send(std::string_view method, std::string_view target, std::string_view body,
                        header_list headers) {
  std::string text{method};
  text += " " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : headers)
    text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST")
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n";
  write(text + std::string{body});
  return read(method == "HEAD");
}

void http_client::write(std::string_view bytes) {
  connection_->open();
  static_cast<void>(connection_->step([&](auto done) {
    asio::async_write(connection_->stream, asio::buffer(bytes), std::move(done));
  }));
}

reply http_client::read(bool to_head) {
  connection_->open();
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(to_head);
  auto failed = connection_->step([&](auto done) {
    http::async_read(connection_->stream, connection_->buffer, parser, std::move(done));
  });
  reply got;
  if (!failed || parser.is_done()) {
    got.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get())
      got.headers.emplace_back(field.name_string(), field.value());
    got.body = std::move(parser.get().body());
  }
  if (failed || !parser.keep_alive())
    close();
  return got;
}

std::string http_client::read_all(bool* reset) {
  connection_->open();
  std::string all;
  boost::system::error_code failed;
  while (!failed) {
    char piece[4096];
    std::size_t got = 0;
    failed = connection_->step([&](auto done) {
      connection_->stream.async_read_some(
          asio::buffer(piece), [&got, done](boost::system::error_code e, std::size_t n) mutable {
            got = n;
            done(e, n);
          });
    });
    all.append(piece, got);
  }
  if (reset)
    *reset = failed == asio::error::connection_reset;
  close();
  return all;
}

bool http_client::is_closed() {
  char byte = 0;
  connection_->stream.expires_after(std::chrono::seconds{1});
  boost::system::error_code outcome;
  connection_->stream.async_read_some(asio::buffer(&byte, 1),
                                      [&](auto failed, std::size_t) { outcome = failed; });
  connection_->io.restart();
  connection_->io.run();
  return outcome == asio::error::eof || outcome == asio::error::connection_reset;
}

void http_client::shutdown_send() {
  boost::system::error_code ignored;
  connection_->stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void http_client::close() {
  boost::system::error_code ignored;
  connection_->stream.socket().close(ignored);
}

} // namespace dure::gateway::test
