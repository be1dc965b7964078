#include "node/blobs/nats_blobs.hpp"

#include "node/blobs/blob_file.hpp"
#include "node/blobs/chunk_stream.hpp"
#include "node/blobs/nats_blob_writer.hpp"
#include "node/blobs/sha256.hpp"

#include <algorithm>
#include <utility>

namespace dure::node {
namespace {

using sink_function = std::function<bool(std::span<const std::byte>)>;

/// A chunk that does not come is gone for good, or the server is away.
error missing_chunk(const nats_bucket& bucket, const object_layout::meta& meta) {
  const auto there = bucket.count_chunks(meta.nuid);
  if (there && *there < meta.chunks)
    return error{errc::corrupt, "blob " + meta.name + " has lost some of its pieces"};
  return error{errc::unavailable, "blob " + meta.name + " cannot be read now"};
}

/// Chunks on their way to a reader, from an offset on.
class delivery {
public:
  delivery(std::uint64_t offset, const sink_function& sink) : offset_{offset}, sink_{sink} {}

  std::uint64_t taken() const { return taken_; }

  /// Returns false when the reader has enough.
  bool take(std::string_view chunk) {
    const auto bytes = std::as_bytes(std::span{chunk});
    hash_.add(bytes);
    const auto from = std::clamp<std::uint64_t>(offset_, taken_, taken_ + bytes.size()) - taken_;
    taken_ += bytes.size();
    return from == bytes.size() || sink_(bytes.subspan(static_cast<std::size_t>(from)));
  }

  /// All was given; was it what had been put?
  result<void> end(const blob_ref& blob) {
    if (to_hex(hash_.finish()) != blob.sha256)
      return error{errc::corrupt, "blob " + blob.sha256 + " is damaged"};
    return {};
  }

private:
  const std::uint64_t offset_;
  const sink_function& sink_;
  std::uint64_t taken_ = 0;
  sha256 hash_;
};

} // namespace

nats_blobs::nats_blobs(nats_connection& connection, log_sink& log, clock& time, std::string bucket,
                       int replicas)
    : bucket_{connection, log, time, std::move(bucket), replicas} {}

std::unique_ptr<blob_writer> nats_blobs::put(std::string name, std::string media_type) {
  return std::make_unique<nats_blob_writer>(bucket_, std::move(name), std::move(media_type));
}

result<void> nats_blobs::read(const blob_ref& blob, std::uint64_t offset,
                              const sink_function& sink) {
  const auto found = bucket_.find(blob.sha256);
  if (!found)
    return found.error();
  if (!*found || (*found)->meta.deleted)
    return error{errc::not_found, "there is no blob " + blob.sha256};
  const auto& meta = (*found)->meta;

  delivery to{offset, sink};
  // A small file is one request; a consumer would be four and a thread.
  if (meta.chunks == 1)
    if (const auto only = bucket_.only_chunk(meta.nuid); only && only->size() == meta.size)
      return to.take(*only) ? to.end(blob) : result<void>{};
  chunk_stream chunks{bucket_, meta.nuid};
  while (to.taken() < meta.size) {
    const auto chunk = chunks.next();
    if (!chunk)
      return missing_chunk(bucket_, meta);
    if (!to.take(*chunk))
      return {};
  }
  return to.end(blob);
}

result<void> nats_blobs::fetch(const blob_ref& blob, const std::filesystem::path& path) {
  return write_blob_file(*this, blob, path);
}

} // namespace dure::node
