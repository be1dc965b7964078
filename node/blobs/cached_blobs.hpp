#pragma once

#include "actors/ports/blobs.hpp"
#include "node/blobs/blob_cache.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
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

/// What `put_back` needs to know.
struct restoring {
  std::function<bool(const std::string& sha256)> is_needed;
  std::function<result<bool>(const std::string& sha256)> is_stored; ///< With all its bytes.
  std::function<bool()> goes_on; ///< Looked at before each piece.
};

struct restored {
  std::size_t files = 0;
  std::size_t damaged = 0;      ///< Copies that turned out to be, and are gone.
  std::optional<error> failure; ///< Of the last file that could not be put; the others were tried.
};

/// Puts the copies that are needed into the store again where it has lost them.
restored put_back(blob_cache& cache, blobs& stored, const restoring& rules);

} // namespace dure::node
