#pragma once

#include "actors/ports/blobs.hpp"
#include "node/blobs/nats_bucket.hpp"
#include "node/blobs/sha256.hpp"

#include <memory>
#include <optional>
#include <string>

namespace dure::node {

/// Sends a file in chunks of 128 KiB, at most eight of them unacknowledged, and names it by its
/// hash when it is complete. One owner.
class nats_blob_writer final : public blob_writer {
public:
  nats_blob_writer(nats_bucket& bucket, std::string name, std::string media_type);

  /// Removes the chunks of a file that was not finished.
  ~nats_blob_writer() override;

  result<void> write(std::span<const std::byte> bytes) override;
  result<blob_ref> finish() override;

private:
  struct flight;

  result<void> begin();
  result<void> send();
  result<void> send_rest();
  result<void> commit(const object_layout::meta& mine);
  result<bool> try_commit(const object_layout::meta& mine);
  result<bool> is_whole(const object_layout::meta& other, const object_layout::meta& mine) const;

  nats_bucket& bucket_;
  blob_ref blob_;
  const std::string nuid_;
  sha256 hash_;
  std::string chunk_;
  std::uint64_t chunks_ = 0;
  bool begun_ = false;
  std::optional<std::uint64_t> first_seen_; ///< Of the object's meta; 0: there was none.
  bool keep_chunks_ = false;                ///< A meta may name them.
  std::shared_ptr<flight> flight_;
};

} // namespace dure::node
