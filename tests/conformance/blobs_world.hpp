#pragma once

#include "actors/ports/blob_stock.hpp"
#include "actors/ports/blobs.hpp"

#include <memory>
#include <string>

namespace dure::test {

/// A blob store of one kind, and what may happen to it.
class blobs_world {
public:
  virtual ~blobs_world() = default;

  virtual blobs& store() = 0;
  virtual blob_stock& stock() = 0;
  virtual void go_away() = 0;
  virtual void come_back() = 0;

  /// Changes bytes of a blob behind the store's back.
  virtual void damage(const blob_ref& blob) = 0;
};

std::unique_ptr<blobs_world> make_memory_blobs();
std::unique_ptr<blobs_world> make_nats_blobs();

/// Returns bytes that look random and are the same for the same seed.
std::string make_content(std::size_t bytes, std::uint64_t seed = 1);

/// Puts a whole content; the test fails when that fails.
blob_ref put_all(blobs& store, const std::string& content, const std::string& name = "a.pdf");

/// Returns everything from `offset` on; the test fails when that fails.
std::string read_all(blobs& store, const blob_ref& blob, std::uint64_t offset = 0);

} // namespace dure::test
