#pragma once

#include "actors/core/error.hpp"

#include <filesystem>

namespace dure::node {

/// The folder of all state of one node, held by one process at a time. The kernel gives it free
/// when the process ends, however it ends. One owner.
///
///     dure.lock (pid of the holder)
///     rocksdb/  rocksdb.damaged-<n>/  set-aside/  nats/  cache/  scratch/  scratch-spare/ dure.log
class data_folder {
public:
  /// Makes the folder when it is missing and locks it. errc::busy names the pid of the process that
  /// holds it.
  static result<data_folder> open(const std::filesystem::path& path);

  data_folder(data_folder&& other) noexcept;
  data_folder& operator=(data_folder&&) = delete;
  ~data_folder();

  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path store() const { return path_ / "rocksdb"; }

  /// Records that a log has given up here, for a person.
  std::filesystem::path set_aside() const { return path_ / "set-aside"; }

  std::filesystem::path nats() const { return path_ / "nats"; }

  std::filesystem::path cache() const { return path_ / "cache"; }

  std::filesystem::path scratch() const { return path_ / "scratch"; }

  std::filesystem::path log() const { return path_ / "dure.log"; }

private:
  data_folder(std::filesystem::path path, int lock) : path_{std::move(path)}, lock_{lock} {}

  std::filesystem::path path_;
  int lock_ = -1;
};

} // namespace dure::node
