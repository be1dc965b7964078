#include "node/blobs/chunk_stream.hpp"

#include <chrono>
#include <utility>

namespace dure::node {
namespace {

constexpr std::size_t chunks_ahead_max = 16;
constexpr std::chrono::seconds patience{10};
constexpr std::chrono::seconds pause_after{2};

} // namespace

chunk_stream::chunk_stream(const nats_bucket& bucket, const std::string& nuid)
    : consumer_{bucket.connection(), object_layout::stream(bucket.name()),
                object_layout::chunk_subject(bucket.name(), nuid),
                [this](std::uint64_t sequence, std::string_view bytes) { take(sequence, bytes); }} {
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
  if (chunks_.empty() && paused_at_)
    consumer_.start(*std::exchange(paused_at_, std::nullopt));
  if (!changed_.wait_for(lock, patience, [this] { return !chunks_.empty(); }))
    return error{errc::timeout, "the next piece of the file does not come"};
  auto chunk = std::move(chunks_.front());
  chunks_.pop_front();
  changed_.notify_all();
  return chunk;
}

/// Runs on the consumer's thread. While it waits for room, the server waits too, but not before it
/// has sent a good deal more: so it does not wait for long.
void chunk_stream::take(std::uint64_t sequence, std::string_view bytes) {
  std::unique_lock lock{mutex_};
  if (closed_ || paused_at_)
    return;
  const bool heard = changed_.wait_for(
      lock, pause_after, [this] { return closed_ || chunks_.size() < chunks_ahead_max; });
  if (closed_)
    return;
  if (!heard) {
    paused_at_ = sequence;
    consumer_.stop();
    return;
  }
  chunks_.emplace_back(bytes);
  changed_.notify_all();
}

} // namespace dure::node
