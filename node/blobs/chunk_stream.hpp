#pragma once

#include "node/blobs/nats_bucket.hpp"
#include "node/journal/ordered_consumer.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace dure::node {

/// The chunks of one upload, in order, at most sixteen of them ahead of the reader. A reader that
/// takes none for two seconds has the rest sent anew when it goes on. One owner.
class chunk_stream {
public:
  chunk_stream(const nats_bucket& bucket, const std::string& nuid);
  ~chunk_stream();

  chunk_stream(const chunk_stream&) = delete;
  chunk_stream& operator=(const chunk_stream&) = delete;

  /// Returns the next chunk, waiting for it. errc::timeout when none has come for ten seconds.
  result<std::string> next();

private:
  void take(std::uint64_t sequence, std::string_view bytes);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> chunks_;
  bool closed_ = false;
  std::optional<std::uint64_t> paused_at_; ///< The first chunk that found no room.
  ordered_consumer consumer_;
};

} // namespace dure::node
