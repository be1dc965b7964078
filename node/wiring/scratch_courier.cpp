#include "node/wiring/scratch_courier.hpp"

#include "actors/core/limits.hpp"
#include "node/journal/nats_log_lines.hpp"
#include "node/sandbox/scratch_file.hpp"

#include <cerrno>
#include <span>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace dure::node {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece_bytes = 128 * 1024;
constexpr std::size_t spares_max = 64;
constexpr const char* in_name = "in";
constexpr const char* out_name = "out";

/// Removes the files of a scratch folder. Returns whether it is now as it was made: `in` and `out`,
/// real folders and empty, and nothing beside them.
bool sweep_out(const fs::path& folder) {
  std::error_code failed;
  std::size_t entries = 0;
  for (fs::directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed))
    ++entries;
  if (failed || entries != 2)
    return false;
  for (const auto* name : {in_name, out_name}) {
    const auto below = folder / name;
    const auto status = fs::symlink_status(below, failed);
    if (status.type() != fs::file_type::directory ||
        (status.permissions() & fs::perms::owner_all) != fs::perms::owner_all)
      return false;
    for (fs::directory_iterator at{below, failed}, end; !failed && at != end; at.increment(failed))
      if (at->symlink_status(failed).type() == fs::file_type::directory || failed ||
          !fs::remove(at->path(), failed))
        return false;
    if (failed)
      return false;
  }
  return true;
}

result<blob_ref> put_text(blobs& files, std::string_view text, std::string name,
                          std::string media_type) {
  auto writer = files.put(std::move(name), std::move(media_type));
  if (auto written = writer->write(std::as_bytes(std::span{text})); !written)
    return written.error();
  return writer->finish();
}

/// Reads from a file that nobody can exchange any more: by its descriptor.
result<blob_ref> put_file(blobs& files, const regular_file& file, const handler_artifact& made) {
  auto writer = files.put(made.name, made.media_type);
  std::vector<char> piece(piece_bytes);
  for (;;) {
    const auto got = ::read(file.fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return error{errc::io_failed, "artifact '" + made.name + "' cannot be read"};
    if (got == 0)
      return writer->finish();
    const std::span whole{piece.data(), static_cast<std::size_t>(got)};
    if (auto written = writer->write(std::as_bytes(whole)); !written)
      return written.error();
  }
}

} // namespace

scratch_courier::scratch_courier(fs::path root, blobs& inputs, blobs& outputs, std::size_t threads)
    : root_{std::move(root)}, inputs_{inputs}, outputs_{outputs} {
  std::error_code ignored; // A folder that stays is removed with its attempt or at the next start.
  fs::remove_all(root_, ignored);
  fs::create_directories(root_, ignored);
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { work_off(); });
}

scratch_courier::~scratch_courier() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
    chores_.clear();
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    thread.join();
}

void scratch_courier::listen(listener on_message) {
  const std::unique_lock lock{tell_mutex_};
  tell_ = std::move(on_message);
}

/// A worker that was started again listens anew, while we work for the old one.
void scratch_courier::tell(courier_message message) {
  const std::shared_lock lock{tell_mutex_};
  if (tell_)
    tell_(std::move(message));
}

void scratch_courier::stage(stage_request request) {
  add([this, request = std::move(request)] {
    tell(staged_files{request.of, make_folder(request)});
  });
}

void scratch_courier::keep(keep_request request) {
  add([this, request = std::move(request)] {
    tell(kept_files{request.of, keep_result(request), keep_log(request)});
  });
}

void scratch_courier::keep_artifact(handler_artifact made) {
  add([this, made = std::move(made)] { tell(kept_artifact{made, put_artifact(made)}); });
}

void scratch_courier::discard(const lease& of) {
  add([this, folder = folder_of(of)] { put_away(folder); });
}

fs::path scratch_courier::folder_of(const lease& of) const {
  return root_ / (to_string(of.job) + "-" + std::to_string(of.attempt));
}

result<fs::path> scratch_courier::make_folder(const stage_request& request) {
  const auto folder = folder_of(request.of);
  if (!take_spare(folder)) {
    std::error_code failure;
    fs::create_directories(folder / in_name, failure);
    if (!failure)
      fs::create_directories(folder / out_name, failure);
    if (failure)
      return error{errc::io_failed, "the scratch folder cannot be made: " + failure.message()};
  }
  if (request.input)
    if (auto fetched = inputs_.fetch(*request.input, folder / in_name / "0"); !fetched)
      return fetched.error();
  return folder;
}

/// Gives a spare folder this name. Cheaper than making three: ext4 uses no inode again for seconds
/// after it was freed, and looks at each of those whenever it makes one.
bool scratch_courier::take_spare(const fs::path& folder) {
  const std::scoped_lock lock{mutex_};
  std::error_code failed;
  if (!spares_.empty())
    fs::rename(spares_.back(), folder, failed);
  if (spares_.empty() || failed)
    return false;
  spares_.pop_back();
  return true;
}

/// Keeps the folder for another attempt when it can be emptied, else removes it.
void scratch_courier::put_away(const fs::path& folder) {
  std::error_code failed;
  if (sweep_out(folder)) {
    const std::scoped_lock lock{mutex_};
    const auto spare = root_ / ("spare-" + std::to_string(++spares_made_));
    if (spares_.size() < spares_max) {
      fs::rename(folder, spare, failed);
      if (!failed)
        return spares_.push_back(spare);
    }
  }
  fs::remove_all(folder, failed);
}

result<blob_ref> scratch_courier::put_artifact(const handler_artifact& made) {
  auto file = open_beneath(folder_of(made.of), made.path);
  if (!file)
    return error{errc::invalid, "artifact '" + made.name + "' is no file any more"};
  return put_file(outputs_, *file, made);
}

result<job_result> scratch_courier::keep_result(const keep_request& request) {
  job_result kept;
  if (request.result.size() <= limits::inline_json_bytes_max) {
    kept.json = request.result;
    return kept;
  }
  auto blob = put_text(outputs_, request.result, "result.json", "application/json");
  if (!blob)
    return blob.error();
  kept.blob = std::move(*blob);
  return kept;
}

std::optional<result<blob_ref>> scratch_courier::keep_log(const keep_request& request) {
  if (request.log.empty())
    return std::nullopt;
  std::string lines;
  for (const auto& line : request.log)
    lines += to_log_json(line) + "\n";
  return put_text(outputs_, lines, "log.jsonl", "application/x-ndjson");
}

void scratch_courier::add(chore work) {
  {
    const std::scoped_lock lock{mutex_};
    chores_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void scratch_courier::work_off() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !chores_.empty(); });
    if (ending_)
      return;
    auto work = std::move(chores_.front());
    chores_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

} // namespace dure::node
