#include "node/wiring/scratch_courier.hpp"

#include "actors/core/limits.hpp"

#include <array>
#include <fstream>
#include <span>
#include <system_error>
#include <utility>

namespace dure::node {

namespace fs = std::filesystem;

namespace {

result<blob_ref> put_text(blobs& files, std::string_view text, std::string name) {
  auto writer = files.put(std::move(name), "application/json");
  if (auto written = writer->write(std::as_bytes(std::span{text})); !written)
    return written.error();
  return writer->finish();
}

result<blob_ref> put_file(blobs& files, const handler_artifact& artifact) {
  std::ifstream in{artifact.path, std::ios::binary};
  auto writer = files.put(artifact.name, artifact.media_type);
  std::array<char, 64 * 1024> piece{};
  while (in) {
    in.read(piece.data(), piece.size());
    const auto got = static_cast<std::size_t>(in.gcount());
    if (got == 0)
      break;
    if (auto written = writer->write(std::as_bytes(std::span{piece.data(), got})); !written)
      return written.error();
  }
  if (!in.eof())
    return error{errc::io_failed, "artifact '" + artifact.name + "' cannot be read"};
  return writer->finish();
}

} // namespace

scratch_courier::scratch_courier(fs::path root, blobs& files, std::size_t threads)
    : root_{std::move(root)}, files_{files} {
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
  const std::scoped_lock lock{mutex_};
  tell_ = std::move(on_message);
}

void scratch_courier::stage(stage_request request) {
  add([this, request = std::move(request)] {
    tell_(staged_files{request.of, make_folder(request)});
  });
}

void scratch_courier::keep(keep_request request) {
  add([this, request = std::move(request)] { tell_(kept_files{request.of, keep_all(request)}); });
}

void scratch_courier::discard(const lease& of) {
  add([folder = folder_of(of)] {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  });
}

fs::path scratch_courier::folder_of(const lease& of) const {
  return root_ / (to_string(of.job) + "-" + std::to_string(of.attempt));
}

result<fs::path> scratch_courier::make_folder(const stage_request& request) {
  const auto folder = folder_of(request.of);
  std::error_code failure;
  fs::create_directories(folder / "in", failure);
  if (!failure)
    fs::create_directories(folder / "out", failure);
  if (failure)
    return error{errc::io_failed, "the scratch folder cannot be made: " + failure.message()};
  if (request.input)
    if (auto fetched = files_.fetch(*request.input, folder / "in" / "0"); !fetched)
      return fetched.error();
  return folder;
}

result<job_result> scratch_courier::keep_all(const keep_request& request) {
  job_result kept;
  if (request.result.size() <= limits::inline_json_bytes_max) {
    kept.json = request.result;
  } else {
    auto blob = put_text(files_, request.result, "result.json");
    if (!blob)
      return blob.error();
    kept.blob = *blob;
  }
  for (const auto& artifact : request.artifacts) {
    auto blob = put_file(files_, artifact);
    if (!blob)
      return blob.error();
    kept.artifacts.push_back({artifact.name, *blob});
  }
  return kept;
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
