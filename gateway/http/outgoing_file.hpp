#pragma once

#include "gateway/http/exchange.hpp"

#include <memory>
#include <string>

namespace dure::gateway {

/// A stored file, or a part of one, as it leaves: read once, in order, slice by slice, on threads
/// that may wait. One owner; `body` outlives it.
class outgoing_file {
public:
  outgoing_file(service& use, const streamed_body& body);

  /// Returns the next slice. What is damaged fails before its last one, when it is read to its end.
  boost::asio::awaitable<result<std::string>> next();

  /// Returns whether `next` gave the last slice.
  bool ended() const { return begun_ && left_ == 0; }

  /// Lets go of the store's reader, which may block; call it when no more is wanted.
  boost::asio::awaitable<void> close();

private:
  result<std::string> read_slice();

  service& use_;
  const streamed_body& body_;
  std::uint64_t left_;
  bool begun_ = false;
  std::unique_ptr<blob_reader> reader_;
};

} // namespace dure::gateway
