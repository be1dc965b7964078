#pragma once

#include "actors/core/error.hpp"
#include "actors/core/job.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace dure {

/// Takes one blob in pieces. Destroyed before `finish` answered: nothing is left behind. One owner.
class blob_writer {
public:
  virtual ~blob_writer() = default;

  /// Takes the next bytes. Blocks while too much is on its way (backpressure), so call it from a
  /// thread that may wait. errc::io_failed: the store has no room.
  virtual result<void> write(std::span<const std::byte> bytes) = 0;

  /// Makes the blob durable and returns its SHA-256 (64 hex digits) and size. A content that is
  /// there already is stored once. `name` and `media_type` of the answer are those given to `put`.
  virtual result<blob_ref> finish() = 0;
};

/// Files by content. All calls block on the network or the disk; thread-safe; no whole file is held
/// in memory.
class blobs {
public:
  virtual ~blobs() = default;

  virtual std::unique_ptr<blob_writer> put(std::string name, std::string media_type) = 0;

  /// Passes the blob's bytes from `offset` on to `sink`, piece by piece, until it returns false.
  /// errc::not_found, errc::corrupt when the whole was read and the hash does not match,
  /// errc::unavailable.
  virtual result<void> read(const blob_ref& blob, std::uint64_t offset,
                            const std::function<bool(std::span<const std::byte>)>& sink) = 0;

  /// Writes the blob to a new file at `path`; on failure nothing is left there.
  virtual result<void> fetch(const blob_ref& blob, const std::filesystem::path& path) = 0;
};

} // namespace dure
