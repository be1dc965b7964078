#include "node/blobs/nats_blobs.hpp"

#include "node/blobs/blob_file.hpp"
#include "node/blobs/nats_blob_reader.hpp"
#include "node/blobs/nats_blob_writer.hpp"

#include <utility>

namespace dure::node {
namespace {

/// Other objects in the bucket are other programs': named freely, and never collected.
bool is_ours(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

nats_blobs::nats_blobs(nats_connection& connection, log_sink& log, clock& time, std::string bucket,
                       int replicas)
    : bucket_{connection, log, time, std::move(bucket), replicas} {}

std::unique_ptr<blob_writer> nats_blobs::put(std::string name, std::string media_type) {
  return std::make_unique<nats_blob_writer>(bucket_, std::move(name), std::move(media_type));
}

std::unique_ptr<blob_reader> nats_blobs::open(const blob_ref& blob, std::uint64_t offset) {
  return std::make_unique<nats_blob_reader>(bucket_, blob.sha256, offset);
}

result<std::optional<stored_blob>> nats_blobs::next(std::uint64_t after) {
  for (;;) {
    auto found = bucket_.next_meta(after);
    if (!found)
      return found.error();
    if (!*found)
      return std::optional<stored_blob>{};
    const auto& [meta, sequence, stored_at] = **found;
    after = sequence;
    if (!is_ours(meta.name))
      continue;
    if (!meta.deleted)
      return std::optional{stored_blob{meta.name, meta.size, stored_at, sequence}};
    // Whoever removed it was interrupted.
    bucket_.purge_chunks(meta.nuid);
    bucket_.drop(sequence);
  }
}

result<void> nats_blobs::remove(const stored_blob& seen) {
  auto found = bucket_.find(seen.sha256);
  if (!found)
    return found.error();
  if (!*found || (*found)->meta.deleted)
    return {};
  if ((*found)->sequence != seen.revision)
    return error{errc::version_mismatch, "blob " + seen.sha256 + " was put again"};
  auto gone = (*found)->meta;
  gone.deleted = true;
  gone.size = gone.chunks = 0;
  const auto marked = bucket_.put_meta(gone, seen.revision);
  if (!marked)
    return marked.error();
  bucket_.purge_chunks(gone.nuid);
  bucket_.drop(*marked);
  return {};
}

result<bool> nats_blobs::holds(const std::string& sha256) const {
  const auto found = bucket_.find(sha256);
  if (!found)
    return found.error();
  if (!*found || (*found)->meta.deleted)
    return false;
  const auto there = bucket_.count_chunks((*found)->meta.nuid);
  if (!there)
    return there.error();
  return *there == (*found)->meta.chunks;
}

result<nats_blobs::standing> nats_blobs::look(milliseconds patience) const {
  auto state = bucket_.state(patience);
  if (!state)
    return state.error();
  return *state ? standing{(*state)->bytes, (*state)->created} : standing{};
}

result<void> nats_blobs::fetch(const blob_ref& blob, const std::filesystem::path& path) {
  return write_blob_file(*open(blob, 0), path);
}

} // namespace dure::node
