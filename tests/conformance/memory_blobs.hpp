#pragma once

#include "actors/ports/blob_stock.hpp"
#include "actors/ports/blobs.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace dure::test {

/// Files in memory. Thread-safe.
class memory_blobs final : public blobs, public blob_stock {
public:
  std::unique_ptr<blob_writer> put(std::string name, std::string media_type) override;
  std::unique_ptr<blob_reader> open(const blob_ref& blob, std::uint64_t offset) override;
  result<void> fetch(const blob_ref& blob, const std::filesystem::path& path) override;

  result<std::optional<stored_blob>> next(std::uint64_t after) override;
  result<void> remove(const stored_blob& seen) override;

  /// What is put from now on was put at `now`.
  void set_time(timestamp now);

  // What happens to servers.

  /// Nothing can be reached, or can be again.
  void set_away(bool away);

  /// Changes a byte of a blob.
  void damage(const std::string& sha256);

private:
  class writer;
  class reader;

  std::mutex mutex_;
  bool away_ = false;
  std::map<std::string, std::string> contents_;    ///< By hash.
  std::map<std::string, stored_blob> latest_puts_; ///< Likewise.
  std::uint64_t last_revision_ = 0;
  timestamp now_{};
};

} // namespace dure::test
