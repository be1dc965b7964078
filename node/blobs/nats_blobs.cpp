#include "node/blobs/nats_blobs.hpp"

#include "node/blobs/blob_file.hpp"
#include "node/blobs/nats_blob_reader.hpp"
#include "node/blobs/nats_blob_writer.hpp"

#include <utility>

namespace dure::node {

nats_blobs::nats_blobs(nats_connection& connection, log_sink& log, clock& time, std::string bucket,
                       int replicas)
    : bucket_{connection, log, time, std::move(bucket), replicas} {}

std::unique_ptr<blob_writer> nats_blobs::put(std::string name, std::string media_type) {
  return std::make_unique<nats_blob_writer>(bucket_, std::move(name), std::move(media_type));
}

std::unique_ptr<blob_reader> nats_blobs::open(const blob_ref& blob, std::uint64_t offset) {
  return std::make_unique<nats_blob_reader>(bucket_, blob.sha256, offset);
}

result<void> nats_blobs::fetch(const blob_ref& blob, const std::filesystem::path& path) {
  return write_blob_file(*this, blob, path);
}

} // namespace dure::node
