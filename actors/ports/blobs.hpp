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

/// Gives one blob's bytes in pieces, in order, each once. One owner. Its end may block, like
/// `next`.
class blob_reader {
public:
  virtual ~blob_reader() = default;

  /// Returns the next bytes, waiting for them; none at the end. errc::not_found, errc::corrupt
  /// instead of the end when the hash does not match, errc::unavailable.
  virtual result<std::string> next() = 0;
};

/// Files by content. All calls block on the network or the disk; thread-safe; no whole file is held
/// in memory.
class blobs {
public:
  virtual ~blobs() = default;

  virtual std::unique_ptr<blob_writer> put(std::string name, std::string media_type) = 0;

  /// Begins to read the blob from `offset` on; what is wrong with that is told by `next`. A reader
  /// that is left alone for a while holds little memory and no thread.
  virtual std::unique_ptr<blob_reader> open(const blob_ref& blob, std::uint64_t offset) = 0;

  /// Passes the blob's bytes from `offset` on to `sink`, piece by piece, until it returns false.
  /// Fails like `blob_reader::next`.
  result<void> read(const blob_ref& blob, std::uint64_t offset,
                    const std::function<bool(std::span<const std::byte>)>& sink);

  /// Writes the blob to a new file at `path`; on failure nothing is left there.
  virtual result<void> fetch(const blob_ref& blob, const std::filesystem::path& path) = 0;
};

inline result<void> blobs::read(const blob_ref& blob, std::uint64_t offset,
                                const std::function<bool(std::span<const std::byte>)>& sink) {
  const auto reader = open(blob, offset);
  for (;;) {
    const auto piece = reader->next();
    if (!piece)
      return piece.error();
    if (piece->empty() || !sink(std::as_bytes(std::span{*piece})))
      return {};
  }
}

} // namespace dure
