#include "node/wiring/blob_restorer.hpp"

#include "actors/core/blob_uses.hpp"
#include "actors/core/keys.hpp"
#include "gateway/api/queue_directory.hpp"
#include "node/wiring/node_services.hpp"

#include <algorithm>

namespace dure::node {

namespace {

constexpr milliseconds server_patience{5'000};

/// A file that more jobs use than this is taken for needed without looking at all of them.
constexpr std::size_t users_max = 1'000;

} // namespace

bool is_needed(const state_reader& view, const std::string& sha256) {
  auto directory = gateway::queue_directory::read(view);
  if (!directory)
    return true;
  const auto in_log = [&](log_number log) {
    // While rows are being replaced, what is not there says nothing.
    auto unfinished = view.get(family::meta, keys::unfinished(log));
    if (!unfinished || *unfinished)
      return true;
    auto needed = queries::is_blob_needed(view, log, sha256, users_max);
    return !needed || *needed;
  };
  return in_log(control_log) ||
         std::any_of(directory->all().begin(), directory->all().end(), [&](const auto& queue) {
           const auto& logs = queue.second.logs;
           return std::any_of(logs.begin(), logs.end(), in_log);
         });
}

blob_restorer::blob_restorer(node_services& services)
    : services_{services}, thread_{[this] { work(); }} {}

blob_restorer::~blob_restorer() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void blob_restorer::work() {
  std::unique_lock lock{mutex_};
  do {
    lock.unlock();
    look();
    lock.lock();
  } while (!changed_.wait_for(lock, period, [this] { return ending_.load(); }));
}

void blob_restorer::look() {
  auto bucket = services_.files->look(server_patience);
  if (!bucket || !is_due(bucket->made_at))
    return;
  made_at_ = bucket->made_at;
  restore();
}

bool blob_restorer::is_due(const std::optional<timestamp>& made_at) const {
  return !restored_at_ || made_at != made_at_ ||
         services_.time.ticks() - *restored_at_ >= check_period;
}

void blob_restorer::restore() {
  const restoring rules{
      [this](const std::string& sha256) { return is_needed(*services_.rows, sha256); },
      [this](const std::string& sha256) { return services_.files->holds(sha256); },
      [this] { return !ending_; }};
  const auto outcome = put_back(*services_.copies, *services_.files, rules);
  auto& log = *services_.log;
  if (outcome.files > 0)
    log.write(log_level::warn, "blobs-restored", "The bucket had lost files that jobs need.",
              {{"files", std::to_string(outcome.files)}});
  if (outcome.damaged > 0)
    log.write(log_level::error, "blobs-damaged",
              "Copies of files that the bucket lost are damaged.",
              {{"files", std::to_string(outcome.damaged)}});
  if (outcome.failure)
    log.write(log_level::warn, "blobs-not-restored", outcome.failure->context);
  restored_at_ = outcome.failure ? std::nullopt : std::optional{services_.time.ticks()};
  // Putting the first of them back has made the bucket.
  if (auto bucket = services_.files->look(server_patience); bucket && !outcome.failure)
    made_at_ = bucket->made_at;
}

} // namespace dure::node
