#pragma once

#include "actors/ports/blobs.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace dure::gateway::test {

/// Blobs in memory. Thread-safe.
class memory_files final : public blobs {
public:
  std::unique_ptr<blob_writer> put(std::string name, std::string media_type) override;
  std::unique_ptr<blob_reader> open(const blob_ref& blob, std::uint64_t offset) override;
  result<void> fetch(const blob_ref& blob, const std::filesystem::path& path) override;

  /// Stores `bytes` as if they had been put.
  blob_ref add(std::string bytes, std::string media_type);

  /// From now on only hashes and sizes are kept: for uploads larger than a test may hold.
  void forget_bytes();

  /// Changes a stored blob behind its hash.
  void damage(const blob_ref& blob);
  void lose(const blob_ref& blob);

  /// Writes fail from now on, as with a full disk.
  void fail_writes(errc code = errc::unavailable);

  std::size_t stored() const;
  std::size_t unfinished() const; ///< Writers and readers that were not dropped yet.
  std::size_t opened() const;     ///< Readers so far.
  std::string bytes_of(const std::string& sha256) const;

private:
  class writer;
  class reader;

  mutable std::mutex mutex_;
  std::map<std::string, std::string> by_sha256_;
  std::size_t unfinished_ = 0;
  std::size_t opened_ = 0;
  bool keeps_bytes_ = true;
  std::optional<errc> writes_fail_;
};

} // namespace dure::gateway::test
