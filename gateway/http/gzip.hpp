#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Compresses a body piece by piece. One owner.
class gzip_encoder {
public:
  gzip_encoder();
  ~gzip_encoder();
  gzip_encoder(gzip_encoder&&) noexcept;
  gzip_encoder& operator=(gzip_encoder&&) noexcept;

  /// Returns what the bytes so far have become and was not returned yet; everything when `last`.
  std::string push(std::string_view bytes, bool last);

private:
  struct stream;
  std::unique_ptr<stream> stream_;
};

} // namespace dure::gateway
