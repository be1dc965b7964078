#pragma once

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

  /// `room` is how many more files may be kept in `folder`.
  found_files(std::filesystem::path folder, std::size_t room)
      : folder_{std::move(folder)}, room_{room} {}

  /// Returns where to write the file that `keep` will name; nothing when no more may be kept.
  std::optional<std::filesystem::path> room_for(const std::string& name) const {
    return kept.size() < room_ ? std::optional{folder_ / name} : std::nullopt;
  }

  std::vector<kept_file> kept;
  std::vector<nlohmann::json> attachments;
  std::vector<nlohmann::json> images;
  std::vector<nlohmann::json> thumbnails;
  std::vector<std::string> warnings;

private:
  std::filesystem::path folder_;
  std::size_t room_;
};

} // namespace dure::node
