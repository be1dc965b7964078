#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dure::node {

/// What a reader found in a document beside text, and the files it left of it. Filled while the
/// work is watched, and handed over to the run afterwards. One owner.
class found_files {
public:
  struct kept_file {
    std::string name;
    std::string media_type;
  };

  /// `room` is how many more files may be kept in `folder`, `bytes` how large they may be in sum.
  found_files(std::filesystem::path folder, std::size_t room, std::uint64_t bytes)
      : folder_{std::move(folder)}, room_{room}, bytes_left_{bytes} {}

  /// Returns where to write the file that `keep` will name; nothing when no more may be kept.
  std::optional<std::filesystem::path> room_for(const std::string& name);

  /// Keeps a file that was written. Returns false, and it is gone, when its bytes are more than are
  /// left; from then on there is room for none.
  bool keep(kept_file file);

  std::uint64_t bytes_left() const { return bytes_left_; }

  /// Returns whether a file was refused for want of bytes.
  bool is_spent() const { return spent_; }

  const std::vector<kept_file>& kept() const { return kept_; }

  std::vector<nlohmann::json> attachments;
  std::vector<nlohmann::json> images;
  std::vector<nlohmann::json> thumbnails;
  std::vector<std::string> warnings;

private:
  std::filesystem::path folder_;
  std::size_t room_;
  std::uint64_t bytes_left_;
  bool spent_ = false;
  std::vector<kept_file> kept_;
};

} // namespace dure::node
