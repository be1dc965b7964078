#pragma once

#include "actors/ports/blobs.hpp"
#include "node/blobs/chunk_stream.hpp"
#include "node/blobs/nats_bucket.hpp"
#include "node/blobs/sha256.hpp"

#include <optional>
#include <string>

namespace dure::node {

/// Reads an object from its first chunk on, once, and gives what lies behind the offset. One owner.
class nats_blob_reader final : public blob_reader {
public:
  nats_blob_reader(const nats_bucket& bucket, std::string sha256, std::uint64_t offset);

  result<std::string> next() override;

private:
  result<void> find();
  result<std::string> next_chunk();
  result<std::string> end();

  const nats_bucket& bucket_;
  const std::string sha256_;
  const std::uint64_t offset_;
  std::optional<object_layout::meta> meta_; ///< Once it was looked for.
  std::optional<chunk_stream> chunks_;      ///< Of an object that has several.
  std::uint64_t taken_ = 0;
  sha256 hash_;
  std::optional<bool> whole_; ///< Known at the end.
};

} // namespace dure::node
