#include "node/handlers/document/pdf/stream_file.hpp"

#include <Object.h>
#include <array>
#include <fstream>

namespace dure::node {

std::optional<std::uint64_t> write_stream(Stream& stream, const std::filesystem::path& path,
                                          std::uint64_t bytes_max) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  std::array<unsigned char, 16 * 1024> buffer;
  std::uint64_t bytes = 0;
  stream.reset();
  while (bytes <= bytes_max) {
    const int got = stream.doGetChars(static_cast<int>(buffer.size()), buffer.data());
    if (got <= 0)
      break;
    file.write(reinterpret_cast<const char*>(buffer.data()), got);
    bytes += static_cast<std::uint64_t>(got);
  }
  stream.close();
  file.close();
  if (bytes <= bytes_max && file.good())
    return bytes;
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return std::nullopt;
}

} // namespace dure::node
