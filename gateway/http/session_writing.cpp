// How a session writes responses: whole ones, and stored files piece by piece.

#include "gateway/http/blocking.hpp"
#include "gateway/http/gzip.hpp"
#include "gateway/http/outgoing_file.hpp"
#include "gateway/http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Compressing less than this takes less time than handing it to another thread.
constexpr std::size_t compressed_at_once_bytes_max = 64 * 1024;

problem blob_problem(const error& e) {
  if (e.code == errc::not_found || e.code == errc::gone)
    return {410, "blob_lost", "The result's file is not there any more.", {}, {}};
  return to_problem(e);
}

} // namespace

asio::awaitable<bool> session::write(response r, const request& head, bool keep_alive) {
  auto http_1_0 = parser_->get().version() <= 10;
  reply_form form{http_1_0, keep_alive, false, std::nullopt, use_.node.time().now()};
  if (live_ && has_body(r.status))
    co_return co_await write_live(r, form, head);
  // Chunks, which a compressed stream needs, are unknown to HTTP/1.0; HEAD tells the plain length.
  auto may_chunk = !http_1_0 || !r.stream;
  form.gzip = head.takes_gzip && head.method != "HEAD" && may_chunk && is_compressible(r);
  if (!r.stream || head.method == "HEAD")
    co_return co_await write_whole(std::move(r), form, head);
  outgoing_file file{use_, *r.stream};
  auto written = co_await write_file(r, form, head, file);
  co_await file.close();
  co_return written;
}

asio::awaitable<bool> session::write_file(const response& r, reply_form form, const request& head,
                                          outgoing_file& file) {
  // The first piece is read before anything is said: a lost file can still be told.
  auto first = co_await file.next();
  if (first)
    co_return co_await write_stream(r, form, file, std::move(*first));
  auto lost = to_response(blob_problem(first.error()), head.path);
  form.gzip = false;
  co_return co_await write_whole(std::move(lost), form, head);
}

asio::awaitable<bool> session::write_whole(response r, reply_form form, const request& head) {
  if (form.gzip) {
    auto compress = [&r] { return gzip_encoder{}.push(r.body, true); };
    if (r.body.size() <= compressed_at_once_bytes_max)
      r.body = compress();
    else
      r.body = co_await run_blocking(use_.pool, compress);
  }
  auto streamed = r.stream ? r.stream->size() : 0;
  if (has_body(r.status))
    form.length = r.body.size() + streamed;
  auto silent = head.method == "HEAD" || !has_body(r.status);
  auto text = to_head(r, form);
  const auto body = silent ? std::string_view{} : std::string_view{r.body};
  co_return co_await write_bytes(text, body);
}

asio::awaitable<bool> session::write_stream(const response& r, reply_form form, outgoing_file& file,
                                            std::string first) {
  const auto& body = *r.stream;
  if (!form.gzip)
    form.length = body.size();
  gzip_encoder encoder;
  auto head = to_head(r, form);
  auto piece = body.before + first;
  for (;;) {
    auto last = file.ended();
    if (last)
      piece += body.after;
    if (form.gzip) {
      piece = co_await run_blocking(use_.pool, [&] { return to_chunk(encoder.push(piece, last)); });
      if (last)
        piece += last_chunk;
    }
    if (!co_await write_bytes(head, piece) || last)
      co_return last;
    head.clear();
    auto slice = co_await file.next();
    // A file that is not what it says must not look complete.
    if (!slice)
      co_return false;
    piece = std::move(*slice);
  }
}

void session::reset_at_close(bool on) {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger{on, 0}, ignored);
  resets_ = on;
}

/// A client that left is noticed by a write that fails; a node that drains ends the body. HTTP/1.0
/// knows no chunks: there the end of the connection is that of the body, and one that broke off is
/// told from it by a reset.
asio::awaitable<bool> session::write_live(const response& r, reply_form form,
                                          const request& asked) {
  if (draining_)
    live_->end();
  form.keep_alive = form.keep_alive && !form.http_1_0;
  reset_at_close(form.http_1_0);
  auto head = to_head(r, form);
  const auto framed = [&form](const std::string& piece) {
    return form.http_1_0 ? piece : to_chunk(piece);
  };
  auto piece = asked.method == "HEAD" ? std::string{} : framed(r.body);
  for (;;) {
    if (!co_await write_bytes(head, piece))
      co_return false;
    if (asked.method == "HEAD") {
      reset_at_close(false);
      co_return true;
    }
    head.clear();
    auto more = co_await live_->next();
    if (!more)
      break;
    piece = framed(*more);
  }
  if (live_->broke_off())
    co_return false;
  const std::string_view end = form.http_1_0 ? std::string_view{} : last_chunk;
  const std::string_view nothing;
  const auto written = co_await write_bytes(nothing, end);
  reset_at_close(false);
  co_return written && !form.http_1_0;
}

asio::awaitable<bool> session::write_bytes(std::string_view head, std::string_view body) {
  std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(body)};
  enter(phase::writing, patience_for(head.size() + body.size()));
  auto [failed, bytes] =
      co_await asio::async_write(socket_, both, asio::as_tuple(asio::use_awaitable));
  enter(phase::answering, clock_type::duration::max());
  bytes_out_ += bytes;
  co_return !failed;
}

} // namespace dure::gateway
