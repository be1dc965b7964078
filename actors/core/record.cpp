#include "actors/core/record.hpp"

namespace dure {

std::string to_string(const record_hash& h) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * h.bytes.size());
  for (auto byte : h.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

} // namespace dure
