#include "node/blobs/nats_blob_reader.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace dure::node {
namespace {

/// A chunk that does not come is gone for good, or the server is away.
error missing_chunk(const nats_bucket& bucket, const object_layout::meta& meta) {
  const auto there = bucket.count_chunks(meta.nuid);
  if (there && *there < meta.chunks)
    return error{errc::corrupt, "blob " + meta.name + " has lost some of its pieces"};
  return error{errc::unavailable, "blob " + meta.name + " cannot be read now"};
}

} // namespace

nats_blob_reader::nats_blob_reader(const nats_bucket& bucket, std::string sha256,
                                   std::uint64_t offset)
    : bucket_{bucket}, sha256_{std::move(sha256)}, offset_{offset} {}

result<std::string> nats_blob_reader::next() {
  if (!meta_)
    if (const auto found = find(); !found)
      return found.error();
  while (taken_ < meta_->size) {
    auto chunk = next_chunk();
    if (!chunk)
      return chunk.error();
    hash_.add(std::as_bytes(std::span{*chunk}));
    const auto from = std::clamp<std::uint64_t>(offset_, taken_, taken_ + chunk->size()) - taken_;
    taken_ += chunk->size();
    if (from == chunk->size())
      continue;
    chunk->erase(0, static_cast<std::size_t>(from));
    return chunk;
  }
  return end();
}

result<void> nats_blob_reader::find() {
  auto found = bucket_.find(sha256_);
  if (!found)
    return found.error();
  if (!*found || (*found)->meta.deleted)
    return error{errc::not_found, "there is no blob " + sha256_};
  meta_ = std::move((*found)->meta);
  return {};
}

result<std::string> nats_blob_reader::next_chunk() {
  // A small file is one request; a consumer would be four and a thread.
  if (meta_->chunks == 1 && !chunks_)
    if (auto only = bucket_.only_chunk(meta_->nuid); only && only->size() == meta_->size)
      return only;
  if (!chunks_)
    chunks_.emplace(bucket_, meta_->nuid);
  auto chunk = chunks_->next();
  if (!chunk)
    return missing_chunk(bucket_, *meta_);
  return chunk;
}

/// All was given; was it what had been put?
result<std::string> nats_blob_reader::end() {
  if (!whole_)
    whole_ = to_hex(hash_.finish()) == sha256_;
  if (!*whole_)
    return error{errc::corrupt, "blob " + sha256_ + " is damaged"};
  return std::string{};
}

} // namespace dure::node
