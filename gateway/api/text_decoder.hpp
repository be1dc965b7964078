#pragma once

#include "gateway/api/problem.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Turns a text file, as it comes, into UTF-8: UTF-8 with or without a byte order mark, UTF-16 of
/// either order, CP949. Without a mark the first bytes beyond ASCII decide between UTF-8 and CP949.
/// One owner; holds at most a few bytes, but for up to 64 KiB of ASCII before it has decided.
class text_decoder {
public:
  text_decoder();
  ~text_decoder();
  text_decoder(text_decoder&&) noexcept;
  text_decoder& operator=(text_decoder&&) noexcept;

  /// Appends what the bytes mean to `out`; a 400 when they are of no such encoding.
  std::optional<problem> feed(std::string_view bytes, std::string& out);

  /// The text is over: what was held goes out; a 400 when it is cut off within a character.
  std::optional<problem> finish(std::string& out);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace dure::gateway
