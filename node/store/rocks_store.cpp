#include "node/store/rocks_store.hpp"

#include "actors/core/keys.hpp"
#include "node/store/low_marks.hpp"
#include "node/store/rocks_options.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/listener.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/write_batch.h>
#include <utility>

namespace dure::node {

namespace {

constexpr std::chrono::seconds resume_period{1};

/// A scan that passes more deleted rows than this before it finds one is shortened from then on.
constexpr std::uint64_t deletions_worth_a_mark = 1'000;

/// Remembers that background work (flush, compaction, WAL) has failed.
class failure_listener final : public rocksdb::EventListener {
public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* met) override {
    note(*met);
  }

  void note(const rocksdb::Status& met) {
    if (met.IsCorruption())
      damaged = true;
    failed.store(true, std::memory_order_relaxed);
  }

  std::atomic<bool> failed{false};
  std::atomic<bool> damaged{false};
};

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

error to_error(const rocksdb::Status& status, const char* what) {
  auto code = status.IsCorruption() ? errc::corrupt : errc::store_failed;
  return {code, std::string{what} + ": " + status.ToString()};
}

error open_error(const rocksdb::Status& status) {
  if (status.IsIOError() && status.ToString().find("lock") != std::string::npos)
    return {errc::store_failed, "the database is open in another process"};
  if (status.IsPathNotFound()) // Of files that its manifest names.
    return {errc::corrupt, "opening the database: " + status.ToString()};
  if (status.IsInvalidArgument() && status.ToString().find("olumn famil") != std::string::npos)
    return {errc::newer_node_needed, "the database has families of a newer version"};
  return to_error(status, "opening the database");
}

rocksdb::ReadOptions bounded(const rocksdb::Slice& lower, const rocksdb::Slice& upper) {
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  return options;
}

/// Returns how many deleted rows this thread's reads have passed so far.
std::uint64_t deletions_passed() {
  return rocksdb::get_perf_context()->internal_delete_skipped_count;
}

} // namespace

struct rocks_store::database {
  std::shared_ptr<failure_listener> listener = std::make_shared<failure_listener>();
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles; ///< Owned by `db` until destroyed.

  ~database() {
    for (auto* handle : handles)
      db->DestroyColumnFamilyHandle(handle);
  }

  rocksdb::ColumnFamilyHandle* handle(family f) const {
    return handles[static_cast<std::size_t>(f)];
  }

  error failed(const rocksdb::Status& status, const char* what) const {
    listener->note(status);
    return to_error(status, what);
  }

  result<void> health() const {
    if (!listener->failed.load(std::memory_order_relaxed) || resume())
      return {};
    return error{errc::store_failed, "the database has failed before"};
  }

  result<std::optional<std::string>> get(const rocksdb::ReadOptions& options, family f,
                                         std::string_view key) const {
    std::string value;
    auto status = db->Get(options, handle(f), slice(key), &value);
    if (status.IsNotFound())
      return std::optional<std::string>{};
    if (!status.ok())
      return failed(status, "reading a row");
    return std::optional<std::string>{std::move(value)};
  }

  /// Visits the rows from where `row` stands.
  result<void> walk(rocksdb::Iterator& row, bool ascending, const row_visitor& visit) const {
    for (; row.Valid(); ascending ? row.Next() : row.Prev())
      if (!visit(view(row.key()), view(row.value())))
        return {};
    if (!row.status().ok())
      return failed(row.status(), "scanning rows");
    return {};
  }

  /// Goes on after a failure that has passed, as that of a full disk does. RocksDB looks by itself
  /// every five seconds whether a memtable would fit again; until then it says that it is busy.
  bool resume() const {
    const std::lock_guard lock{resuming};
    if (!listener->failed)
      return true; // Another thread has just done it.
    const auto now = std::chrono::steady_clock::now();
    if (listener->damaged || now < resume_from)
      return false;
    resume_from = now + resume_period;
    listener->failed = false;
    const bool healthy = db->Resume().ok();
    if (!healthy)
      listener->failed = true;
    return healthy;
  }

  low_marks marks;
  mutable std::mutex resuming;
  mutable std::chrono::steady_clock::time_point resume_from{};
};

/// The rows as RocksDB keeps them for a snapshot of its own.
class rocks_store::frozen_rows final : public state_reader {
public:
  frozen_rows(const rocks_store& whole, const database& of)
      : whole_{whole}, of_{of}, kept_{of.db->GetSnapshot()} {}

  ~frozen_rows() override { of_.db->ReleaseSnapshot(kept_); }

  frozen_rows(const frozen_rows&) = delete;
  frozen_rows& operator=(const frozen_rows&) = delete;

  result<std::optional<std::string>> get(family f, std::string_view key) const override {
    if (auto healthy = whole_.health(); !healthy)
      return healthy.error();
    return of_.get(as_kept({}), f, key);
  }

  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override {
    if (auto healthy = whole_.health(); !healthy)
      return healthy.error();
    if (range.from >= range.until)
      return {};
    const auto lower = slice(range.from);
    const auto upper = slice(range.until);
    std::unique_ptr<rocksdb::Iterator> row{
        of_.db->NewIterator(as_kept(bounded(lower, upper)), of_.handle(f))};
    const bool ascending = order == scan_order::ascending;
    ascending ? row->SeekToFirst() : row->SeekToLast();
    return of_.walk(*row, ascending, visit);
  }

private:
  /// Old rows are read once: they must not drive out of the cache what is asked for all the time.
  rocksdb::ReadOptions as_kept(rocksdb::ReadOptions options) const {
    options.snapshot = kept_;
    options.fill_cache = false;
    return options;
  }

  const rocks_store& whole_;
  const database& of_;
  const rocksdb::Snapshot* kept_;
};

result<std::unique_ptr<rocks_store>> rocks_store::open(const std::filesystem::path& folder) {
  auto opened = std::make_unique<database>();
  auto setup = make_rocks_setup(opened->listener);
  rocksdb::DB* db = nullptr;
  auto status =
      rocksdb::DB::Open(setup.database, folder.string(), setup.families, &opened->handles, &db);
  if (!status.ok())
    return open_error(status);
  opened->db.reset(db);
  return std::unique_ptr<rocks_store>{new rocks_store{std::move(opened)}};
}

rocks_store::rocks_store(std::unique_ptr<database> opened) : database_{std::move(opened)} {}

rocks_store::~rocks_store() {
  // With the memtables in files, the next start has nothing to replay.
  if (auto flushed = database_->db->Flush({}, database_->handles); !flushed.ok())
    database_->listener->failed = true;
}

result<std::optional<std::string>> rocks_store::get(family f, std::string_view key) const {
  if (auto healthy = health(); !healthy)
    return healthy.error();
  return database_->get({}, f, key);
}

result<void> rocks_store::scan(family f, const key_range& range, scan_order order,
                               const row_visitor& visit) const {
  if (auto healthy = health(); !healthy)
    return healthy.error();
  if (range.from >= range.until)
    return {};
  const bool ascending = order == scan_order::ascending;
  auto& marks = database_->marks;
  const auto start = ascending ? marks.begin(f, range) : low_marks::start{range.from, 0};
  auto lower = slice(start.from);
  auto upper = slice(range.until);
  std::unique_ptr<rocksdb::Iterator> row{
      database_->db->NewIterator(bounded(lower, upper), database_->handle(f))};
  const auto passed_before = deletions_passed();
  ascending ? row->SeekToFirst() : row->SeekToLast();
  if (ascending) {
    // A failed scan has found nothing out.
    auto first = row->Valid() ? row->key().ToString() : range.until;
    marks.end(f, range, start, row->status().ok() ? std::move(first) : start.from);
    if (deletions_passed() - passed_before > deletions_worth_a_mark)
      marks.watch(f, range);
  }
  return database_->walk(*row, ascending, visit);
}

result<void> rocks_store::write(const state_delta& delta) {
  if (auto healthy = health(); !healthy)
    return healthy.error();
  rocksdb::WriteBatch batch;
  for (std::size_t i = 0; i < family_count; ++i) {
    auto* handle = database_->handles[i];
    for (const auto& [key, value] : delta.families[i]) {
      auto added =
          value ? batch.Put(handle, slice(key), slice(*value)) : batch.Delete(handle, slice(key));
      if (!added.ok())
        return database_->failed(added, "building a write");
    }
  }
  database_->marks.writing(delta);
  const auto status = database_->db->Write({}, &batch);
  database_->marks.written(delta); // Whatever became of it.
  if (!status.ok())
    return database_->failed(status, "writing rows");
  return {};
}

result<void> rocks_store::erase(family f, const key_range& range) {
  if (auto healthy = health(); !healthy)
    return healthy.error();
  auto* handle = database_->handle(f);
  const auto from = slice(range.from);
  const auto until = slice(range.until);
  if (auto erased = database_->db->DeleteRange({}, handle, from, until); !erased.ok())
    return database_->failed(erased, "erasing rows");
  // Whole files go at once, with the blobs that only they refer to; compaction sees to the rest.
  auto dropped = rocksdb::DeleteFilesInRange(database_->db.get(), handle, &from, &until, false);
  if (!dropped.ok())
    return database_->failed(dropped, "erasing files of rows");
  return {};
}

result<void> rocks_store::begin_replacing(log_number log) {
  if (auto healthy = health(); !healthy)
    return healthy.error();
  const auto all = keys::all_of(log);
  rocksdb::WriteBatch batch;
  auto added = rocksdb::Status::OK();
  for (auto* handle : database_->handles)
    if (added.ok())
      added = batch.DeleteRange(handle, slice(all.from), slice(all.until));
  if (added.ok())
    added = batch.Put(database_->handle(family::meta), keys::unfinished(log), "");
  const auto status = added.ok() ? database_->db->Write({}, &batch) : added;
  if (!status.ok())
    return database_->failed(status, "erasing a log's rows");
  return {};
}

std::unique_ptr<state_reader> rocks_store::freeze() const {
  return std::make_unique<frozen_rows>(*this, *database_);
}

result<void> rocks_store::health() const {
  return database_->health();
}

bool rocks_store::damaged() const {
  return database_->listener->damaged;
}

} // namespace dure::node
