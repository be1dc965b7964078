#pragma once

#include "actors/ports/store.hpp"

#include <filesystem>
#include <memory>

namespace dure::node {

/// The node's database on RocksDB: one column family for each `family`, one WriteBatch for each
/// delta.
///
/// Writes are not synced: a killed process loses none, a power loss may undo the newest in order,
/// and the journal has them. Memory is bounded at about 256 MiB for the whole database, and the
/// write-ahead log is kept short, so that opening is quick however much it holds. After a failure
/// of the disk every call answers errc::store_failed until RocksDB can go on. Thread-safe.
class rocks_store final : public store {
public:
  /// Opens the database in `folder` and makes it when it is missing. errc::store_failed when
  /// another process has it open or the disk fails, errc::corrupt when its files are damaged,
  /// errc::newer_node_needed when it has families that this version does not know.
  static result<std::unique_ptr<rocks_store>> open(const std::filesystem::path& folder);

  ~rocks_store() override;

  result<std::optional<std::string>> get(family f, std::string_view key) const override;
  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override;
  result<void> write(const state_delta& delta) override;
  result<void> erase(family f, const key_range& range) override;
  result<void> begin_replacing(log_number log) override;
  std::unique_ptr<state_reader> freeze() const override;

  /// Answers ok, or with the failure for which nothing is read or written now.
  result<void> health() const;

  /// Returns whether damage was met in its files: it will not go on.
  bool damaged() const;

private:
  struct database;
  class frozen_rows;

  explicit rocks_store(std::unique_ptr<database> opened);

  std::unique_ptr<database> database_;
};

} // namespace dure::node
