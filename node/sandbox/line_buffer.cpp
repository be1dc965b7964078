#include "node/sandbox/line_buffer.hpp"

namespace dure::node {

void line_buffer::append(std::string_view bytes) {
  bytes_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  bytes_.append(bytes);
}

std::optional<std::string_view> line_buffer::next() {
  const auto end = bytes_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = bytes_.size();
    return std::nullopt;
  }
  const std::string_view line = std::string_view{bytes_}.substr(begin_, end - begin_);
  begin_ = scanned_ = end + 1;
  return line;
}

} // namespace dure::node
