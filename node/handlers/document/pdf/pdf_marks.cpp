#include "node/handlers/document/pdf/pdf_marks.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace dure::node {

namespace {

/// Where readers look for the header and the end marker (PDF 32000-1, annex H.3).
constexpr std::size_t marker_window = 1'024;
/// Some writers fill the last block of a file with zeros.
constexpr std::streamoff padding_max = 64 * 1'024;

std::string read_at(std::ifstream& file, std::streamoff offset, std::streamoff length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  file.seekg(offset);
  file.read(bytes.data(), length);
  return bytes;
}

bool has_end_marker(std::string tail) {
  tail.erase(tail.find_last_not_of(std::string_view{"\0\t\n\f\r ", 6}) + 1);
  const std::string_view end =
      std::string_view{tail}.substr(tail.size() - std::min(tail.size(), marker_window));
  return end.find("%%EOF") != std::string_view::npos ||
         end.find("startxref") != std::string_view::npos;
}

} // namespace

pdf_marks look_at_pdf(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary | std::ios::ate};
  const std::streamoff size = file ? std::streamoff{file.tellg()} : 0;
  if (size <= 0)
    return {};
  const auto head_length = std::min<std::streamoff>(size, marker_window);
  const auto tail_length = std::min(size, padding_max);
  return {read_at(file, 0, head_length).find("%PDF-") != std::string::npos,
          has_end_marker(read_at(file, size - tail_length, tail_length))};
}

} // namespace dure::node
