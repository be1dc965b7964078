#include "node/wiring/blob_restorer.hpp"

#include "actors/core/blob_uses.hpp"
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
    auto needed = queries::is_blob_needed(view, log, sha256, users_max);
    return !needed || *needed;
  };
  return std::any_of(directory->all().begin(), directory->all().end(), [&](const auto& queue) {
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
  while (!changed_.wait_for(lock, period, [this] { return ending_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

void blob_restorer::look() {
  const auto now = services_.time.ticks();
  auto bucket = services_.files->look(server_patience);
  if (!bucket ||
      (bucket->made_at && bucket->made_at == made_at_ && now - checked_at_ < check_period))
    return;
  auto restored = put_back(*services_.copies, *services_.files, [this](const std::string& sha256) {
    return is_needed(*services_.rows, sha256);
  });
  if (!restored)
    return services_.log->write(log_level::warn, "blobs-not-restored", restored.error().context);
  if (made_at_ && bucket->made_at != made_at_)
    services_.log->write(log_level::warn, "blobs-restored", "the bucket of files was made anew",
                         {{"files", std::to_string(*restored)}});
  checked_at_ = now;
  if (*restored == 0 || bucket->made_at)
    made_at_ = bucket->made_at;
}

} // namespace dure::node
