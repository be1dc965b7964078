#include "node/handlers/document/found_files.hpp"

namespace dure::node {

std::optional<std::filesystem::path> found_files::room_for(const std::string& name) {
  if (kept_.size() >= room_)
    return std::nullopt;
  spent_ = spent_ || bytes_left_ == 0;
  return spent_ ? std::nullopt : std::optional{folder_ / name};
}

bool found_files::keep(kept_file file) {
  std::error_code failed; // The size of a file that is not there is the largest number.
  const auto path = folder_ / file.name;
  const std::uint64_t bytes = std::filesystem::file_size(path, failed);
  if (bytes > bytes_left_) {
    std::filesystem::remove(path, failed);
    spent_ = true;
    bytes_left_ = 0; // Or each of the rest would be written just to be taken away.
    return false;
  }
  bytes_left_ -= bytes;
  kept_.push_back(std::move(file));
  return true;
}

} // namespace dure::node
