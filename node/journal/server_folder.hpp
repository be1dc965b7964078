#pragma once

#include "actors/core/error.hpp"

#include <filesystem>
#include <string>

namespace dure::node {

/// A lock file, locked until the last process that inherited it has closed it. One owner.
class folder_lock {
public:
  /// errc::busy when it is locked already.
  static result<folder_lock> take(const std::filesystem::path& file);

  folder_lock(folder_lock&& other) noexcept;
  folder_lock& operator=(folder_lock&&) = delete;
  ~folder_lock();

  int descriptor() const { return fd_; }

private:
  explicit folder_lock(int fd) : fd_{fd} {}

  int fd_;
};

/// The locks of a nats-server's folder; see nats_server_child.
struct server_folder {
  std::filesystem::path path; ///< Absolute.
  folder_lock owner;
  folder_lock server;

  std::filesystem::path config_file() const { return path / "server.conf"; }

  std::filesystem::path error_file() const { return path / "server.err"; }
};

struct taken_folder {
  server_folder folder;
  bool had_orphan = false;
};

/// Makes the folder and takes both locks, ending the orphan of a killed run first. errc::busy when
/// another process owns the folder.
result<taken_folder> take_server_folder(const std::filesystem::path& path);

/// Writes a file that only its owner may read.
result<void> write_private_file(const std::filesystem::path& file, const std::string& text);

} // namespace dure::node
