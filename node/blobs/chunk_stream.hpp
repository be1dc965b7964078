#pragma once

#include "node/blobs/nats_bucket.hpp"
#include "node/journal/ordered_consumer.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

namespace dure::node {

/// The chunks of one upload, in order, at most sixteen of them ahead of the reader. One owner.
class chunk_stream {
public:
  chunk_stream(const nats_bucket& bucket, const std::string& nuid);
  ~chunk_stream();

  chunk_stream(const chunk_stream&) = delete;
  chunk_stream& operator=(const chunk_stream&) = delete;

  /// Returns the next chunk, waiting for it. errc::timeout when none has come for ten seconds.
  result<std::string> next();

private:
  void take(std::string_view bytes);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> chunks_;
  bool closed_ = false;
  ordered_consumer consumer_;
};

} // namespace dure::node
