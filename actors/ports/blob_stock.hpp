#pragma once

#include "actors/core/error.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dure {

/// A blob as collection sees it.
struct stored_blob {
  std::string sha256;
  std::uint64_t bytes = 0;
  timestamp touched_at{};     ///< When its content was last put.
  std::uint64_t revision = 0; ///< Changes with every put of its content, and only grows.

  bool operator==(const stored_blob&) const = default;
};

/// What lies in the blob store, to be looked through and thinned out. All calls block; thread-safe.
class blob_stock {
public:
  virtual ~blob_stock() = default;

  /// Returns the blob with the lowest revision above `after`, or nothing.
  virtual result<std::optional<stored_blob>> next(std::uint64_t after) = 0;

  /// Removes a blob that nobody has put again since it was seen; errc::version_mismatch when
  /// somebody has. One that is gone already is removed.
  virtual result<void> remove(const stored_blob& seen) = 0;
};

} // namespace dure
