#pragma once

#include "actors/ports/blob_stock.hpp"
#include "actors/ports/blobs.hpp"
#include "node/blobs/nats_bucket.hpp"

#include <memory>
#include <optional>
#include <string>

namespace dure::node {

/// Files as objects of a NATS object store (ADR-20), named by their SHA-256 in hex, so that the
/// same content is stored once. Thread-safe; must not outlive its connection, which should not be
/// the journal's: bulk would stand in the way of appends.
class nats_blobs final : public blobs, public blob_stock {
public:
  nats_blobs(nats_connection& connection, log_sink& log, clock& time, std::string bucket,
             int replicas = 1);

  std::unique_ptr<blob_writer> put(std::string name, std::string media_type) override;
  std::unique_ptr<blob_reader> open(const blob_ref& blob, std::uint64_t offset) override;
  result<void> fetch(const blob_ref& blob, const std::filesystem::path& path) override;
  result<std::optional<stored_blob>> next(std::uint64_t after) override;
  result<void> remove(const stored_blob& seen) override;

  /// What is known of the bucket without looking into it.
  struct standing {
    std::uint64_t bytes = 0;          ///< Of all files.
    std::optional<timestamp> made_at; ///< Another time than before: what it held is lost.
  };

  /// Returns whether the blob is there with all its pieces.
  result<bool> holds(const std::string& sha256) const;

  /// Returns how the bucket stands. errc::unavailable when the server has not said so within
  /// `patience`.
  result<standing> look(milliseconds patience) const;

private:
  nats_bucket bucket_;
};

} // namespace dure::node
