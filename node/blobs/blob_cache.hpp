#pragma once

#include "actors/ports/blobs.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace dure::node {

struct cache_settings {
  std::filesystem::path folder;
  std::uint64_t bytes_max = 0; ///< 0: nothing new is kept.
  std::function<bool(const std::string& sha256)>
      is_needed;                      ///< By a job that has not ended: pinned.
  std::chrono::seconds young_for{60}; ///< What came so lately stays: its job is being submitted.
};

struct cache_figures {
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

/// Blobs on this node's disk, in files named by their SHA-256. Over `bytes_max` the least recently
/// used leave, and large ones before all others; those that are needed stay, even above it.
/// Survives restarts. Thread-safe; must outlive its drafts and readers.
class blob_cache {
public:
  /// A file that is being filled. Gone with it, unless it was kept. One owner.
  class draft {
  public:
    draft(blob_cache& cache, std::filesystem::path path);
    ~draft();

    draft(const draft&) = delete;
    draft& operator=(const draft&) = delete;

    /// A draft that cannot be written is given up silently.
    void write(std::span<const std::byte> bytes);

    void keep(const blob_ref& as);

  private:
    blob_cache& cache_;
    std::filesystem::path path_;
    std::ofstream file_;
    std::uint64_t bytes_ = 0;
    bool good_ = true;
  };

  explicit blob_cache(cache_settings settings);

  /// Returns null when nothing is kept.
  std::unique_ptr<draft> begin();

  /// Returns a reader of the blob, or null when it is not here. A file that turns out to be damaged
  /// is removed, and told as errc::corrupt.
  std::unique_ptr<blob_reader> open(const std::string& sha256);

  /// The same for a job, which counts and makes it the most recently used.
  std::unique_ptr<blob_reader> open_for_job(const std::string& sha256);

  /// Returns which blobs are here.
  std::vector<std::string> contents() const;

  /// Removes everything that is not needed: the disk is full.
  void shrink();

  cache_figures figures() const;

private:
  class reader;

  using steady = std::chrono::steady_clock;

  struct entry {
    std::string sha256;
    std::uint64_t bytes = 0;
    std::optional<steady::time_point> came_at{}; ///< Nothing: in an earlier life.
  };

  using recency = std::list<entry>; ///< What is to leave next first.

  std::filesystem::path path_of(const std::string& sha256) const;
  void adopt(const std::filesystem::path& from, const blob_ref& blob);
  void drop(const std::string& sha256);
  void insert(entry one);
  bool stays(const entry& one) const;
  void make_room(std::size_t looks_max);
  void remove(recency::iterator at);

  const cache_settings settings_;
  mutable std::mutex mutex_;
  recency entries_;
  std::unordered_map<std::string, recency::iterator> index_;
  std::uint64_t drafts_made_ = 0;
  cache_figures figures_;
};

} // namespace dure::node
