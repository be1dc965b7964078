#include "gateway/http/session.hpp"

#include "gateway/http/access_log.hpp"
#include "gateway/http/catching_up.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

namespace dure::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr auto no_exceptions = asio::as_tuple(asio::use_awaitable);

/// Read from the socket at a time: ahead of the header's end, and of a body.
constexpr std::size_t read_ahead_bytes = 64 * 1024;

/// After a refusal in the middle of a body the client is heard out for so long, or it might never
/// see the answer: unread bytes at close make the kernel reset the connection.
constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t linger_step_bytes = 64 * 1024;

/// The client has left or its bytes are no HTTP any more: there is nobody to answer.
bool is_parse_error(const boost::system::error_code& e) {
  return e.category() == http::make_error_code(http::error::bad_value).category();
}

problem cut_off() {
  return {400, "body_cut_off", "The body ends before it is complete.", {}, {}};
}

problem too_slow() {
  return {408, "timeout", "The request took too long to arrive.", {}, {}};
}

double seconds_since(session::clock_type::time_point t) {
  return std::chrono::duration<double>(session::clock_type::now() - t).count();
}

} // namespace

session::session(asio::ip::tcp::socket socket, service& use, spdlog::logger* log)
    : socket_{std::move(socket)}, use_{use}, log_{log}, buffer_{use.limits.header_bytes +
                                                                read_ahead_bytes} {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  if (auto end = socket_.remote_endpoint(ignored); !ignored)
    client_ = end.address().to_string();
}

asio::awaitable<void> session::run() {
  auto answered_early = false;
  for (auto open = true; open && !draining_;) {
    std::optional<problem> wrong;
    auto heard = co_await read_header(wrong);
    if (heard)
      open = co_await serve();
    else if (wrong)
      open = co_await refuse(*wrong);
    else
      open = false;
    answered_early = (heard || wrong) && !parser_->is_done();
  }
  if (answered_early && !resets_)
    co_await linger();
  boost::system::error_code ignored;
  if (!resets_)
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void session::check(clock_type::time_point now) {
  // The wait for a request ends with its first byte; from there on the header has its own time.
  if (phase_ == phase::idle && (buffer_.size() > 0 || (parser_ && parser_->got_some())))
    enter(phase::header, use_.limits.header);
  if (now < deadline_)
    return;
  expired_ = true;
  deadline_ = clock_type::time_point::max();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void session::drain() {
  draining_ = true;
  if (live_)
    live_->end();
  if (phase_ == phase::idle && buffer_.size() == 0)
    abort();
}

void session::abort() {
  draining_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void session::enter(phase p, clock_type::duration patience) {
  phase_ = p;
  expired_ = false;
  deadline_ = patience == clock_type::duration::max() ? clock_type::time_point::max()
                                                      : clock_type::now() + patience;
}

session::clock_type::duration session::patience_for(std::uint64_t bytes) const {
  return use_.limits.transfer + std::chrono::seconds{bytes / use_.limits.bytes_per_second};
}

asio::awaitable<bool> session::read_header(std::optional<problem>& wrong) {
  parser_.emplace();
  parser_->header_limit(use_.limits.header_bytes);
  parser_->body_limit(boost::none); // Checked by us, as limits differ by route.
  bytes_in_ = bytes_out_ = 0;
  route_name_ = {};
  if (buffer_.size() == 0)
    buffer_.shrink_to_fit(); // Ten thousand idle connections must not keep what a body needed.
  enter(phase::idle, use_.limits.idle);
  auto [failed, bytes] =
      co_await http::async_read_header(socket_, buffer_, *parser_, no_exceptions);
  if (failed)
    wrong = header_problem(failed);
  else
    wrong = check_header();
  co_return !failed && !wrong;
}

std::optional<problem> session::header_problem(const boost::system::error_code& failed) const {
  auto begun = buffer_.size() > 0 || parser_->got_some();
  if (expired_ && begun)
    return too_slow();
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
    return problem{431,
                   "header_too_large",
                   "The request's header may have at most " +
                       std::to_string(use_.limits.header_bytes) + " bytes.",
                   {},
                   {}};
  auto left = failed == http::error::end_of_stream || failed == http::error::partial_message;
  if (left || !is_parse_error(failed))
    return std::nullopt;
  return problem{400, "malformed_request", "The request is not well-formed HTTP.", {}, {}};
}

std::optional<problem> session::check_header() const {
  const auto& header = parser_->get().base();
  if (auto wrong = check_framing(header))
    return wrong;
  if (auto wrong = check_origin(header))
    return wrong;
  if (parser_->content_length().value_or(0) > use_.limits.body_bytes)
    return problem{413,
                   "too_large",
                   "The body may have at most " + std::to_string(use_.limits.body_bytes) +
                       " bytes.",
                   {},
                   {}};
  auto expect = header.find(http::field::expect);
  if (expect != header.end() && !beast::iequals(expect->value(), "100-continue"))
    return problem{417, "expectation_failed", "The only expectation met is 100-continue.", {}, {}};
  return std::nullopt;
}

asio::awaitable<bool> session::serve() {
  auto begun = clock_type::now();
  const auto& message = parser_->get();
  continue_owed_ = message.version() > 10 && message.count(http::field::expect) > 0;
  auto head = to_request(message.base());
  if (!head)
    co_return co_await refuse(head.error());
  body_begun_ = begun;
  enter(phase::answering, clock_type::duration::max());
  auto r = co_await answer(*head);
  auto keep_alive = message.keep_alive() && parser_->is_done() && !draining_;
  auto status = r.status;
  auto written = co_await write(std::move(r), *head, keep_alive);
  live_.reset();
  count(*head, route_name_, status, begun);
  co_return written&& keep_alive;
}

asio::awaitable<response> session::answer(request& head) {
  auto where = find_route(head);
  if (where.to == nullptr)
    co_return no_route(where, head);
  route_name_ = where.to->pattern;
  auto path = head.path;
  exchange e{head, *this, use_};
  std::optional<problem> broken;
  try {
    auto answered = co_await answer_by(*where.to, e);
    live_ = std::move(e.live);
    co_return answered;
  } catch (const std::exception& failure) {
    // Out of memory, or a library that threw where it should not: this exchange fails, no other.
    if (log_)
      log_failure(*log_, "http-handler-threw", failure.what());
    broken = to_problem(error{errc::io_failed, {}});
  }
  co_return to_response(*broken, path);
}

asio::awaitable<response> session::answer_by(const route& to, exchange& e) {
  if (to.method == "GET" && !to.of_node)
    for (auto log : e.use.node.rebuilding())
      e.missed.note(log);
  auto outcome = co_await to.run(e);
  // Reads are answered again when they have missed something; what changes anything sees to it
  // itself, before it does.
  while (to.method == "GET") {
    auto again = co_await catch_up(e);
    if (!again)
      co_return to_response(again.error(), e.head.path);
    if (!*again)
      break;
    e.live.reset();
    outcome = co_await to.run(e);
  }
  if (!outcome)
    co_return to_response(outcome.error(), e.head.path);
  co_return std::move(*outcome);
}

asio::awaitable<bool> session::refuse(const problem& p) {
  auto begun = clock_type::now();
  request head;
  // After a malformed request nobody knows where the next one would begin.
  static_cast<void>(co_await write(to_response(p, "/"), head, false));
  count(head, {}, p.status, begun);
  co_return false;
}

asio::awaitable<bool> session::send_continue() {
  auto owed = std::exchange(continue_owed_, false);
  if (!owed)
    co_return true;
  const std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string_view no_body;
  co_return co_await write_bytes(line, no_body);
}

asio::awaitable<checked<std::size_t>> session::read(std::span<char> into) {
  using boost::system::in_place_value;
  if (parser_->is_done() || into.empty())
    co_return checked<std::size_t>{in_place_value, 0U};
  auto heard = co_await send_continue();
  if (!heard)
    co_return cut_off();
  auto& body = parser_->get().body();
  body.data = into.data();
  body.size = into.size();
  body.more = true;
  enter(phase::body, clock_type::duration::max());
  deadline_ = body_begun_ + patience_for(bytes_in_);
  // Beast reads no more than the buffer's capacity at a time, which would stay at 512 bytes.
  buffer_.reserve(std::min(into.size(), read_ahead_bytes));
  auto [failed, bytes] = co_await http::async_read(socket_, buffer_, *parser_, no_exceptions);
  auto timed_out = expired_;
  enter(phase::answering, clock_type::duration::max());
  auto got = into.size() - body.size;
  bytes_in_ += got;
  if (bytes_in_ > use_.limits.body_bytes)
    co_return problem{413, "too_large", "The body is too large.", {}, {}};
  if (!failed || failed == http::error::need_buffer)
    co_return checked<std::size_t>{in_place_value, got};
  if (timed_out)
    co_return too_slow();
  if (is_parse_error(failed) && failed != http::error::partial_message)
    co_return problem{400, "invalid_framing", "The body's chunks are malformed.", {}, {}};
  co_return cut_off();
}

asio::awaitable<void> session::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  std::vector<char> nowhere(linger_step_bytes);
  enter(phase::body, linger_time);
  for (std::size_t heard = 0; heard < linger_bytes_max;) {
    auto [failed, bytes] = co_await socket_.async_read_some(asio::buffer(nowhere), no_exceptions);
    if (failed)
      break;
    heard += bytes;
  }
}

void session::count(const request& head, std::string_view route, int status,
                    clock_type::time_point begun) {
  auto seconds = seconds_since(begun);
  auto name = route.empty() ? std::string_view{"other"} : route;
  use_.node.count_http(name, status, seconds);
  if (log_)
    log_access(*log_,
               {client_, head.method, head.target, name, status, bytes_in_, bytes_out_, seconds});
}

} // namespace dure::gateway
