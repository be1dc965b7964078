#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dure::node {

/// Cuts a stream of bytes into lines. A value; holds at most one unfinished line of
/// `line_bytes_max` beside the bytes just appended.
class line_buffer {
public:
  explicit line_buffer(std::size_t line_bytes_max) : line_bytes_max_{line_bytes_max} {}

  /// Takes the next bytes. Lines returned before are invalid from here on.
  void append(std::string_view bytes);

  /// Returns the next whole line without its end, or nothing.
  std::optional<std::string_view> next();

  /// Returns whether the unfinished line is longer than allowed. Ask after `next` gave nothing.
  bool overflowed() const { return bytes_.size() - begin_ > line_bytes_max_; }

private:
  std::size_t line_bytes_max_;
  std::string bytes_;
  std::size_t begin_ = 0;   ///< Of the first line not returned yet.
  std::size_t scanned_ = 0; ///< No line end before this.
};

} // namespace dure::node
