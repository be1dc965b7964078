#include "node/blobs/chunk_stream.hpp"

#include <chrono>
#include <utility>

namespace dure::node {
namespace {

constexpr std::size_t chunks_ahead_max = 16;
constexpr std::chrono::seconds patience{10};

} // namespace

chunk_stream::chunk_stream(const nats_bucket& bucket, const std::string& nuid)
    : consumer_{bucket.connection(), object_layout::stream(bucket.name()),
                object_layout::chunk_subject(bucket.name(), nuid),
                [this](std::uint64_t, std::string_view bytes) { take(bytes); }} {
  consumer_.start(1);
}

chunk_stream::~chunk_stream() {
  {
    std::lock_guard lock{mutex_};
    closed_ = true;
  }
  changed_.notify_all();
}

result<std::string> chunk_stream::next() {
  std::unique_lock lock{mutex_};
  if (!changed_.wait_for(lock, patience, [this] { return !chunks_.empty(); }))
    return error{errc::timeout, "the next piece of the file does not come"};
  auto chunk = std::move(chunks_.front());
  chunks_.pop_front();
  changed_.notify_all();
  return chunk;
}

/// Runs on the consumer's thread. While it waits for room, the server waits too.
void chunk_stream::take(std::string_view bytes) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return closed_ || chunks_.size() < chunks_ahead_max; });
  if (closed_)
    return;
  chunks_.emplace_back(bytes);
  changed_.notify_all();
}

} // namespace dure::node
