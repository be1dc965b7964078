#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace dure::test {

/// A fresh folder that goes with everything in it when the object does. One owner.
class temporary_folder {
public:
  temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "dure-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }

  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

} // namespace dure::test
