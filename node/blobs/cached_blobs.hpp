#pragma once

#include "actors/ports/blobs.hpp"
#include "node/blobs/blob_cache.hpp"

#include <functional>
#include <memory>
#include <string>

namespace dure::node {

/// Blobs with copies on this node's disk: what is put is kept here too, and `fetch` takes from here
/// what is here. A put ends when the store has it; a copy whose hash is wrong is fetched from there
/// again. Thread-safe.
class cached_blobs final : public blobs {
public:
  /// Both outlive it.
  cached_blobs(blobs& stored, blob_cache& cache) : stored_{stored}, cache_{cache} {}

  std::unique_ptr<blob_writer> put(std::string name, std::string media_type) override;
  std::unique_ptr<blob_reader> open(const blob_ref& blob, std::uint64_t offset) override;
  result<void> fetch(const blob_ref& blob, const std::filesystem::path& path) override;

private:
  blobs& stored_;
  blob_cache& cache_;
};

/// Puts the copies that `is_needed` names into the store again, which may have lost them. Returns
/// how many. The first failure ends it.
result<std::size_t> put_back(blob_cache& cache, blobs& stored,
                             const std::function<bool(const std::string& sha256)>& is_needed);

} // namespace dure::node
