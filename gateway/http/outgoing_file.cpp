#include "gateway/http/outgoing_file.hpp"

#include "gateway/http/blocking.hpp"

#include <algorithm>

namespace dure::gateway {

namespace asio = boost::asio;

namespace {

/// Read from the blob store at a time, and a piece of the store's more; what a slow client holds in
/// memory.
constexpr std::size_t slice_bytes = 512 * 1024;

} // namespace

outgoing_file::outgoing_file(service& use, const streamed_body& body)
    : use_{use}, body_{body}, left_{body.until() - body.from} {}

asio::awaitable<result<std::string>> outgoing_file::next() {
  auto slice = co_await run_blocking(use_.pool, [this] { return read_slice(); });
  co_return slice;
}

asio::awaitable<void> outgoing_file::close() {
  if (reader_)
    co_await run_blocking(use_.pool, [this] {
      reader_.reset();
      return true;
    });
}

result<std::string> outgoing_file::read_slice() {
  if (!begun_)
    reader_ = use_.node.files().open(body_.blob, body_.from);
  begun_ = true;
  std::string slice;
  while (slice.size() < std::min<std::uint64_t>(slice_bytes, left_)) {
    auto piece = reader_->next();
    if (!piece)
      return piece.error();
    if (piece->empty())
      return error{errc::corrupt, "the file is shorter than it says"};
    slice += *piece;
  }
  slice.resize(std::min<std::uint64_t>(slice.size(), left_));
  left_ -= slice.size();
  if (left_ > 0 || body_.until() < body_.blob.bytes)
    return slice;
  // The store tells damage at the end.
  auto end = reader_->next();
  if (!end)
    return end.error();
  if (!end->empty())
    return error{errc::corrupt, "the file is longer than it says"};
  return slice;
}

} // namespace dure::gateway
