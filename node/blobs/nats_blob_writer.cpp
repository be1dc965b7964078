#include "node/blobs/nats_blob_writer.hpp"

#include "node/journal/jetstream_api.hpp"
#include "node/journal/unique_token.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace dure::node {
namespace {

constexpr int chunks_in_flight_max = 8;
constexpr int commit_tries_max = 5;

} // namespace

/// Chunks on their way; shared with their answers. The first failure counts: chunks are read in the
/// order of the stream, so none can be sent again later.
struct nats_blob_writer::flight {
  std::mutex mutex;
  std::condition_variable changed;
  int chunks = 0;
  std::optional<error> failure;

  void land(const nats_reply& reply) {
    std::lock_guard lock{mutex};
    --chunks;
    if (reply.outcome != reply_outcome::answered)
      fail(errc::unavailable, to_string(reply.outcome));
    else if (const auto ack = jetstream::parse_publish_ack(reply.payload);
             const auto* refusal = std::get_if<jetstream::api_error>(&ack))
      fail(is_out_of_room(*refusal) ? errc::io_failed : errc::unavailable, refusal->description);
    changed.notify_all();
  }

  void fail(errc code, std::string_view why) {
    if (!failure)
      failure = error{code, "a piece of the file was not taken: " + std::string{why}};
  }

  /// Waits until at most `most` chunks are on their way.
  result<void> wait_for(int most) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return chunks <= most; });
    if (failure)
      return *failure;
    return {};
  }
};

nats_blob_writer::nats_blob_writer(nats_bucket& bucket, std::string name, std::string media_type)
    : bucket_{bucket}, blob_{"", 0, std::move(name), std::move(media_type)}, nuid_{unique_token()},
      flight_{std::make_shared<flight>()} {}

nats_blob_writer::~nats_blob_writer() {
  const auto landed = flight_->wait_for(0); // A chunk must not come after the purge.
  if (chunks_ > 0 && (!landed || !keep_chunks_))
    bucket_.purge_chunks(nuid_);
}

result<void> nats_blob_writer::write(std::span<const std::byte> bytes) {
  if (auto begun = begin(); !begun)
    return begun.error();
  hash_.add(bytes);
  blob_.bytes += bytes.size();
  while (!bytes.empty()) {
    const auto n = std::min(bytes.size(), object_layout::chunk_bytes - chunk_.size());
    chunk_.append(reinterpret_cast<const char*>(bytes.data()), n);
    bytes = bytes.subspan(n);
    if (chunk_.size() == object_layout::chunk_bytes)
      if (auto sent = send(); !sent)
        return sent.error();
  }
  return {};
}

result<blob_ref> nats_blob_writer::finish() {
  if (auto begun = begin(); !begun)
    return begun.error();
  const auto hash = hash_.finish();
  blob_.sha256 = to_hex(hash);
  const object_layout::meta mine{.name = blob_.sha256,
                                 .bucket = bucket_.name(),
                                 .nuid = nuid_,
                                 .size = blob_.bytes,
                                 .chunks = chunks_ + (chunk_.empty() ? 0U : 1U),
                                 .digest = object_layout::to_digest(hash)};
  if (auto committed = commit(mine); !committed)
    return committed.error();
  return blob_;
}

result<void> nats_blob_writer::begin() {
  if (begun_)
    return {};
  if (auto there = bucket_.ensure(); !there)
    return there.error();
  begun_ = true;
  return {};
}

/// Sends what is left and waits until all chunks are safe.
result<void> nats_blob_writer::send_rest() {
  if (!chunk_.empty())
    if (auto sent = send(); !sent)
      return sent.error();
  return flight_->wait_for(0);
}

result<void> nats_blob_writer::send() {
  if (auto room = flight_->wait_for(chunks_in_flight_max - 1); !room)
    return room.error();
  {
    std::lock_guard lock{flight_->mutex};
    ++flight_->chunks;
  }
  ++chunks_;
  bucket_.send_chunk(nuid_, std::exchange(chunk_, {}),
                     [flight = flight_](const nats_reply& reply) { flight->land(reply); });
  return {};
}

/// Repeats while others change the same object's meta, or an answer was lost.
result<void> nats_blob_writer::commit(const object_layout::meta& mine) {
  result<bool> done = false;
  for (int i = 0; i < commit_tries_max; ++i) {
    done = try_commit(mine);
    if (done && *done)
      return {};
    if (!done && done.error().code != errc::version_mismatch &&
        done.error().code != errc::unknown_outcome)
      break;
  }
  return done ? error{errc::unavailable, "the file's meta changes too often"}
         : done.error().code == errc::unknown_outcome
             ? error{errc::unavailable, done.error().context}
             : done.error();
}

/// Names the file, or touches the object that is there with the same content. Returns whether the
/// file is safe now.
result<bool> nats_blob_writer::try_commit(const object_layout::meta& mine) {
  const auto found = bucket_.find(mine.name);
  if (!found)
    return found.error();
  const auto& there = *found;
  if (there && there->meta.nuid == nuid_) {
    keep_chunks_ = true; // An answer was lost: our meta had been taken.
    return true;
  }
  const auto whole = there ? is_whole(there->meta, mine) : result<bool>{false};
  if (!whole)
    return whole.error();
  const auto sequence = there ? there->sequence : 0;
  if (!first_seen_)
    first_seen_ = sequence;
  if (*whole) {
    // Touched before our own chunks go, so that nobody collects it as unused in between; unless
    // another writer of the same file has just touched or made it.
    if (sequence == *first_seen_)
      if (auto touched = bucket_.put_meta(there->meta, sequence); !touched)
        return touched.error();
    keep_chunks_ = false;
    return true;
  }
  // Not sooner: a small file that is known is not sent at all.
  if (auto sent = send_rest(); !sent)
    return sent.error();
  const auto put = bucket_.put_meta(mine, sequence);
  if (!put) {
    keep_chunks_ = keep_chunks_ || put.error().code == errc::unknown_outcome;
    return put.error();
  }
  keep_chunks_ = true;
  if (there)
    bucket_.purge_chunks(there->meta.nuid);
  return true;
}

/// Returns whether an object has this content and all its chunks: it may be deleted, or the bucket
/// may have lost some.
result<bool> nats_blob_writer::is_whole(const object_layout::meta& other,
                                        const object_layout::meta& mine) const {
  if (other.deleted || other.size != mine.size || other.digest != mine.digest)
    return false;
  const auto counted = bucket_.count_chunks(other.nuid);
  if (!counted)
    return counted.error();
  return *counted == other.chunks;
}

} // namespace dure::node
