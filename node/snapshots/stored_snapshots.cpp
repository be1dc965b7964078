#include "node/snapshots/stored_snapshots.hpp"

#include "actors/core/keys.hpp"
#include "actors/core/snapshot_codec.hpp"
#include "node/snapshots/set_aside.hpp"

#include <memory>
#include <string>
#include <utility>

namespace dure::node {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t rows_at_once = 1'000;

error given_up() {
  return {errc::cancelled, "the node ends"};
}

/// Writes rows in batches; a log's place is written with the last one.
class row_writer {
public:
  explicit row_writer(store& rows) : rows_{rows} {}

  result<void> add(snapshot_line line) {
    batch_.of(line.in).insert_or_assign(std::move(line.key), std::move(line.value));
    return ++gathered_ < rows_at_once ? result<void>{} : flush();
  }

  result<void> finish(log_number log, log_position at) {
    at.created = {}; // Of the stream as its writer saw it.
    batch_.of(family::meta).insert_or_assign(keys::log(log), encode(at));
    batch_.of(family::meta).insert_or_assign(keys::unfinished(log), std::nullopt);
    return flush();
  }

private:
  result<void> flush() {
    auto written = rows_.write(batch_);
    batch_.clear();
    gathered_ = 0;
    return written;
  }

  store& rows_;
  state_delta batch_;
  std::size_t gathered_ = 0;
};

/// What reading a whole snapshot found.
struct whole_snapshot {
  log_position at;
  record_hash digest;
};

/// Reads the blob to its end and passes its rows on. errc::corrupt when it is not a snapshot of
/// `log`.
result<whole_snapshot> read_rows(blobs& files, const blob_ref& blob, log_number log,
                                 const std::atomic<bool>& ending,
                                 const std::function<result<void>(snapshot_line)>& take) {
  const auto reader = files.open(blob, 0);
  snapshot_parser parser{log};
  for (;;) {
    if (ending)
      return given_up();
    auto piece = reader->next();
    if (!piece)
      return piece.error();
    if (piece->empty())
      break;
    parser.feed(*piece);
    for (;;) {
      auto line = parser.next();
      if (!line)
        return line.error();
      if (!*line)
        break;
      if (auto taken = take(std::move(**line)); !taken)
        return taken.error();
    }
  }
  if (!parser.ended())
    return error{errc::corrupt, "a snapshot ends early"};
  return whole_snapshot{parser.at(), parser.digest()};
}

result<void> pass_over(snapshot_line) {
  return {};
}

result<blob_ref> export_rows(blobs& files, const state_reader& kept, log_number log,
                             const log_position& at, const std::atomic<bool>& ending,
                             record_hash& digest) {
  const auto name = "log-" + std::to_string(number(log)) + "-record-" +
                    std::to_string(number(at.index)) + ".snapshot";
  const auto blob = files.put(name, "application/octet-stream");
  snapshot_writer writer{log, at};
  const auto write = [&blob](const std::string& bytes) {
    return blob->write(std::as_bytes(std::span{bytes}));
  };
  std::size_t gathered = 0;
  auto walked =
      for_each_row(kept, log, [&](family in, std::string_view key, std::string_view value) {
        if (ending)
          return result<void>{given_up()};
        writer.add(in, key, value);
        gathered += key.size() + value.size();
        return gathered < piece_bytes ? result<void>{} : (gathered = 0, write(writer.take()));
      });
  if (!walked)
    return walked.error();
  digest = writer.finish();
  if (auto written = write(writer.take()); !written)
    return written.error();
  return blob->finish();
}

} // namespace

stored_snapshots::stored_snapshots(store& rows, blobs& files, log_sink& log,
                                   std::filesystem::path set_aside)
    : rows_{rows}, files_{files}, log_{log}, set_aside_{std::move(set_aside)}, thread_{[this] {
        work();
      }} {}

stored_snapshots::~stored_snapshots() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void stored_snapshots::enqueue(std::function<void()> work) {
  {
    const std::scoped_lock lock{mutex_};
    waiting_.push_back(std::move(work));
  }
  changed_.notify_all();
}

void stored_snapshots::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_)
      return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next();
    next = nullptr; // What it holds of the store goes before the next begins.
    lock.lock();
  }
}

void stored_snapshots::freeze(log_number log, const log_position& at, bool exports, listener told) {
  enqueue([this, log, at, exports, told = std::move(told),
           kept = std::shared_ptr<state_reader>{rows_.freeze()}] {
    state_frozen done{at.index, {}, {}};
    error why;
    if (exports) {
      auto blob = export_rows(files_, *kept, log, at, ending_, done.digest);
      blob ? void(done.blob = std::move(*blob)) : void(why = blob.error());
    } else {
      auto digest = digest_of(*kept, log, [this] { return !ending_; });
      digest ? void(done.digest = *digest) : void(why = digest.error());
    }
    if (why.code == errc{})
      return told(std::move(done));
    log_.write(log_level::warn, "snapshot-not-taken", why.context,
               {{"log", std::to_string(number(log))}, {"index", std::to_string(number(at.index))}});
    told(freeze_failed{at.index});
  });
}

void stored_snapshots::check(log_number log, const snapshot& of, listener told) {
  enqueue([this, log, of, told = std::move(told)] {
    auto read = read_rows(files_, of.blob, log, ending_, pass_over);
    if (read && (read->at.index != of.index || read->at.hash != of.hash))
      read = error{errc::corrupt, "a snapshot is of another record than the log says"};
    if (!read)
      log_.write(
          log_level::warn, "snapshot-not-read", read.error().context,
          {{"log", std::to_string(number(log))}, {"index", std::to_string(number(of.index))}});
    told(snapshot_checked{of.index, read ? std::optional{read->digest} : std::nullopt});
  });
}

/// Rows that no snapshot replaces may be all there is of some records.
result<void> stored_snapshots::set_aside(log_number log) {
  const auto file = set_records_aside(rows_, log, set_aside_);
  if (!file)
    return file.error();
  if (*file)
    log_.write(log_level::warn, "records-set-aside", (*file)->path.string(),
               {{"log", std::to_string(number(log))},
                {"first", std::to_string(number((*file)->first))},
                {"last", std::to_string(number((*file)->last))}});
  return {};
}

void stored_snapshots::install(log_number log, const std::optional<snapshot>& of, listener told) {
  enqueue([this, log, of, told = std::move(told)] {
    row_writer writer{rows_};
    result<void> done{};
    if (of) {
      auto read = read_rows(files_, of->blob, log, ending_, pass_over);
      if (!read)
        done = read.error();
      else if (read->at.index != of->index || read->digest != of->digest)
        done = error{errc::corrupt, "a snapshot is not what the log says"};
    } else {
      done = set_aside(log);
    }
    if (done)
      done = rows_.begin_replacing(log);
    if (done && of) {
      auto read = read_rows(files_, of->blob, log, ending_,
                            [&writer](snapshot_line line) { return writer.add(std::move(line)); });
      done = read ? writer.finish(log, read->at) : read.error();
    } else if (done) {
      done = writer.finish(log, {});
    }
    if (!done)
      log_.write(log_level::error, "snapshot-not-installed", done.error().context,
                 {{"log", std::to_string(number(log))}});
    told(snapshot_installed{bool{done}});
  });
}

} // namespace dure::node
