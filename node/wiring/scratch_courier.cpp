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

constexpr auto folder_mode = fs::perms::owner_all;

bool is_as_made(const fs::path& folder) {
  std::error_code failed;
  const auto status = fs::symlink_status(folder, failed);
  return !failed && status.type() == fs::file_type::directory &&
         (status.permissions() & fs::perms::mask) == folder_mode;
}

/// Removes the files below; false when there is anything but files, or one stays.
bool sweep_files(const fs::path& folder) {
  std::error_code failed;
  for (fs::directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed))
    if (at->symlink_status(failed).type() == fs::file_type::directory || failed ||
        !fs::remove(at->path(), failed))
      return false;
  return !failed;
}

/// Removes the files of a scratch folder. Returns whether it is now as it was made: `in` and `out`,
/// empty, and nothing beside them.
bool sweep_out(const fs::path& folder) {
  std::error_code failed;
  std::size_t entries = 0;
  for (fs::directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed))
    ++entries;
  if (failed || entries != 2 || !is_as_made(folder))
    return false;
  for (const auto* name : {in_name, out_name})
    if (!is_as_made(folder / name) || !sweep_files(folder / name))
      return false;
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

scratch_courier::scratch_courier(fs::path root, blobs& inputs, blobs& outputs, std::size_t threads,
                                 kind_test is_ours)
    : root_{std::move(root)}, behind_{root_.string() + "-spare"}, is_ours_{std::move(is_ours)},
      inputs_{inputs}, outputs_{outputs} {
  std::error_code ignored; // A folder that stays is removed with its attempt or at the next start.
  for (const auto& folder : {root_, behind_}) {
    fs::remove_all(folder, ignored);
    fs::create_directories(folder, ignored);
  }
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
  auto folder = folder_of(of);
  bool may_be_kept = false;
  {
    const std::scoped_lock lock{mutex_};
    may_be_kept = kept_after_.erase(folder.filename().string()) > 0;
  }
  add([this, folder = std::move(folder), may_be_kept] { put_away(folder, may_be_kept); });
}

fs::path scratch_courier::folder_of(const lease& of) const {
  return root_ / (to_string(of.job) + "-" + std::to_string(of.attempt));
}

result<fs::path> scratch_courier::make_folder(const stage_request& request) {
  const auto folder = folder_of(request.of);
  if (auto made = make_empty(folder); !made)
    return made.error();
  if (is_ours_(request.kind)) {
    const std::scoped_lock lock{mutex_};
    kept_after_.insert(folder.filename().string());
  }
  if (request.input)
    if (auto fetched = inputs_.fetch(*request.input, folder / in_name / "0"); !fetched)
      return fetched.error();
  return folder;
}

result<void> scratch_courier::make_empty(const fs::path& folder) {
  if (take_spare(folder))
    return {};
  for (const auto& each : {folder, folder / in_name, folder / out_name}) {
    std::error_code failure;
    fs::create_directory(each, failure);
    if (!failure)
      fs::permissions(each, folder_mode, failure);
    if (failure)
      return error{errc::io_failed, "the scratch folder cannot be made: " + failure.message()};
  }
  return {};
}

/// Gives a spare folder this name. Cheaper than making three: ext4 uses no inode again for seconds
/// after it was freed, and looks at each of those whenever it makes one.
bool scratch_courier::take_spare(const fs::path& folder) {
  fs::path spare;
  {
    const std::scoped_lock lock{mutex_};
    if (spares_.empty())
      return false;
    spare = std::move(spares_.back());
    spares_.pop_back();
  }
  std::error_code failed;
  fs::rename(spare, folder, failed);
  return !failed;
}

/// Keeps the folder for another attempt when it may be kept and can be emptied, else removes it.
void scratch_courier::put_away(const fs::path& folder, bool may_be_kept) {
  fs::path own;
  {
    const std::scoped_lock lock{mutex_};
    own = behind_ / std::to_string(++left_);
  }
  // Whoever moves it away has it alone; a handler that still runs finds nothing there.
  std::error_code failed;
  fs::rename(folder, own, failed);
  if (failed)
    return;
  if (may_be_kept && sweep_out(own)) {
    const std::scoped_lock lock{mutex_};
    if (spares_.size() < spares_max)
      return spares_.push_back(std::move(own));
  }
  fs::remove_all(own, failed);
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
