#pragma once

#include "gateway/http/exchange.hpp"
#include "gateway/http/reply.hpp"
#include "gateway/http/router.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace spdlog {
class logger;
}

namespace dure::gateway {

class outgoing_file;

/// One client's connection: reads a request, has it answered, writes the response, and again.
///
/// Pipelined requests are answered one after the other. Every step has a deadline, which the server
/// checks for all sessions at once; one that is over cancels the step. Belongs to one thread.
class session final : public body_source {
public:
  using clock_type = std::chrono::steady_clock;

  /// `log` may be null. `use` outlives the session.
  session(boost::asio::ip::tcp::socket socket, service& use, spdlog::logger* log);

  /// Serves the connection until it ends.
  boost::asio::awaitable<void> run();

  /// Cancels a step whose deadline is over.
  void check(clock_type::time_point now);

  /// Ends the connection as soon as it has nothing in flight: now when it is idle.
  void drain();

  /// Ends the connection now.
  void abort();

  boost::asio::awaitable<checked<std::size_t>> read(std::span<char> into) override;

private:
  using parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  enum class phase { idle, header, body, answering, writing };

  /// What is to be said when the header could not be read: nothing means just close.
  boost::asio::awaitable<bool> read_header(std::optional<problem>& wrong);
  std::optional<problem> header_problem(const boost::system::error_code& failed) const;
  std::optional<problem> check_header() const;
  boost::asio::awaitable<bool> serve();
  boost::asio::awaitable<response> answer(request& head);
  boost::asio::awaitable<response> answer_by(const route& to, exchange& e);
  boost::asio::awaitable<bool> refuse(const problem& p);
  boost::asio::awaitable<bool> send_continue();

  boost::asio::awaitable<bool> write(response r, const request& head, bool keep_alive);
  boost::asio::awaitable<bool> write_whole(response r, reply_form form, const request& head);
  boost::asio::awaitable<bool> write_file(const response& r, reply_form form, const request& head,
                                          outgoing_file& file);
  boost::asio::awaitable<bool> write_stream(const response& r, reply_form form, outgoing_file& file,
                                            std::string first);
  boost::asio::awaitable<bool> write_live(const response& r, reply_form form, const request& asked);
  boost::asio::awaitable<bool> write_bytes(std::string_view head, std::string_view body);
  boost::asio::awaitable<void> linger();
  void reset_at_close(bool on);

  void count(const request& head, std::string_view route, int status, clock_type::time_point begun);
  void enter(phase p, clock_type::duration patience);
  clock_type::duration patience_for(std::uint64_t bytes) const;

  boost::asio::ip::tcp::socket socket_;
  service& use_;
  spdlog::logger* log_;
  std::string client_;
  boost::beast::flat_buffer buffer_;
  std::optional<parser> parser_;
  std::unique_ptr<live_body> live_; ///< Of the answer that is being written.
  phase phase_ = phase::idle;
  clock_type::time_point deadline_ = clock_type::time_point::max();
  bool expired_ = false;
  bool draining_ = false;
  bool continue_owed_ = false;
  bool resets_ = false; ///< To close now would make half a body look whole.
  std::string_view route_name_;
  clock_type::time_point body_begun_;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
};

} // namespace dure::gateway
