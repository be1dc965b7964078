#include "node/store/rocks_options.hpp"

#include <algorithm>
#include <cstdarg>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>
#include <utility>

namespace dure::node {

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

// The two together bound the memory of the database.
constexpr std::size_t block_cache_bytes = 96 * mebibyte;
constexpr std::size_t write_buffers_bytes = 144 * mebibyte;

// About 600,000 small rows, replayed in about a second when the database is opened after a kill.
constexpr std::size_t write_ahead_log_bytes = 96 * mebibyte;

constexpr std::size_t big_write_buffer_bytes = 48 * mebibyte;
constexpr std::size_t small_write_buffer_bytes = 16 * mebibyte;

constexpr std::size_t raw_record_bytes_min = 512; ///< Smaller values stay beside their keys.

/// RocksDB's own LOG is not kept: in a build with assertions, as Debian's is, writing to it again
/// after the disk was full ends the process. What fails is told by `Status` anyway.
class no_log final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;

  void Logv(const char*, va_list) override {}
};

rocksdb::CompressionType light_compression() {
  auto available = rocksdb::GetSupportedCompressions();
  auto has_lz4 = std::find(available.begin(), available.end(), rocksdb::kLZ4Compression);
  return has_lz4 == available.end() ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
}

/// Families that are mostly asked for keys they do not have: a new id, a new unique key.
bool often_misses(family f) {
  return f == family::jobs || f == family::unique || f == family::commands || f == family::groups;
}

rocksdb::BlockBasedTableOptions table_options(family f, std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.cache_index_and_filter_blocks = true; // else ten million rows' indexes escape the bound
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  if (often_misses(f))
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  return table;
}

rocksdb::ColumnFamilyOptions family_options(family f, std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::ColumnFamilyOptions options;
  auto big = f == family::jobs || f == family::tail;
  options.write_buffer_size = big ? big_write_buffer_bytes : small_write_buffer_bytes;
  options.max_write_buffer_number = 3;
  options.compression = light_compression();
  options.table_factory.reset(
      rocksdb::NewBlockBasedTableFactory(table_options(f, std::move(cache))));
  if (often_misses(f)) {
    options.memtable_prefix_bloom_size_ratio = 0.02;
    options.memtable_whole_key_filtering = true;
  }
  if (f == family::tail) {
    // Raw records are written once and hardly read: compaction moves references, not bytes.
    options.enable_blob_files = true;
    options.min_blob_size = raw_record_bytes_min;
    options.blob_compression_type = light_compression();
    options.enable_blob_garbage_collection = true; // the tail is trimmed behind snapshots
  }
  return options;
}

rocksdb::DBOptions database_options(std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = write_ahead_log_bytes;
  options.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(write_buffers_bytes, std::move(cache));
  options.allow_concurrent_memtable_write = false; // few writers: plain inserts are cheaper
  options.max_background_jobs = 2;
  options.bytes_per_sync = mebibyte; // files of flushes reach the disk evenly
  options.max_open_files = 512;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0; // nothing wakes up at rest
  options.stats_persist_period_sec = 0;
  options.info_log = std::make_shared<no_log>();
  return options;
}

} // namespace

rocks_setup make_rocks_setup(std::shared_ptr<rocksdb::EventListener> listener) {
  // One cache for blocks and write buffers: a busy writer shrinks what is cached for readers.
  auto cache = rocksdb::NewLRUCache(block_cache_bytes + write_buffers_bytes);
  rocks_setup setup;
  setup.database = database_options(cache);
  setup.database.listeners.push_back(std::move(listener));
  for (std::size_t i = 0; i < family_count; ++i) {
    auto f = static_cast<family>(i);
    setup.families.emplace_back(std::string{to_string(f)}, family_options(f, cache));
  }
  setup.families.emplace_back(rocksdb::kDefaultColumnFamilyName,
                              family_options(family::meta, cache));
  return setup;
}

} // namespace dure::node
