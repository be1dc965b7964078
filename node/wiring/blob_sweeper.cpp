#include "node/wiring/blob_sweeper.hpp"

#include "actors/core/replica_rows.hpp"
#include "gateway/api/queue_directory.hpp"
#include "node/wiring/log_barrier.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace dure::node {

namespace {

/// A log that the view does not reach by then is looked at again with the next sweep.
constexpr std::chrono::seconds barrier_patience{30};

using shard_names = std::map<log_number, std::pair<std::string, std::uint16_t>>;

/// Returns every log that may use blobs, as far as the view shows.
result<shard_names> logs_of_queues(const state_reader& view) {
  auto directory = gateway::queue_directory::read(view);
  if (!directory)
    return directory.error();
  shard_names logs{{control_log, {"control", 0}}}; // For its snapshots.
  for (const auto& [name, queue] : directory->all())
    for (std::size_t shard = 0; shard < queue.logs.size(); ++shard)
      logs.emplace(queue.logs[shard], std::pair{name, static_cast<std::uint16_t>(shard)});
  return logs;
}

} // namespace

blob_sweeper::blob_sweeper(node_services& services)
    : services_{services}, thread_{[this] { work(); }} {}

blob_sweeper::~blob_sweeper() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void blob_sweeper::work() {
  std::unique_lock lock{mutex_};
  std::chrono::minutes wait = first_after;
  while (!changed_.wait_for(lock, wait, [this] { return ending_.load(); })) {
    lock.unlock();
    if (goes_on())
      sweep();
    lock.lock();
    wait = period;
  }
}

bool blob_sweeper::goes_on() const {
  auto control = read_position(*services_.rows, control_log);
  return !ending_ && control && control->leader == services_.options.name &&
         control->leader_boot == services_.boot;
}

void blob_sweeper::sweep() {
  auto& log = *services_.log;
  sweep_context context{*services_.rows, *services_.files, services_.time, {}, {}, {}};
  context.goes_on = [this] { return goes_on(); };
  const auto catch_up = [&](log_number number, const std::string& queue, std::uint16_t shard) {
    log_barrier barrier{*services_.journals, queue, shard};
    return barrier.pass(*services_.rows, number, barrier_patience, context.goes_on);
  };
  // A leader that has been deposed unawares would not know every queue.
  if (auto caught_up = catch_up(control_log, "control", 0); !caught_up)
    return log.write(log_level::warn, "blobs-not-swept", caught_up.error().context);
  auto logs = logs_of_queues(*services_.rows);
  if (!logs)
    return log.write(log_level::warn, "blobs-not-swept", logs.error().context);
  for (const auto& [number, shard] : *logs)
    context.logs.push_back(number);
  context.catch_up = [&](log_number number) {
    const auto& [queue, shard] = logs->at(number);
    return catch_up(number, queue, shard);
  };
  auto swept = sweep_blobs(context);
  if (!swept)
    return log.write(log_level::warn, "blobs-not-swept", swept.error().context);
  log.write(log_level::info, "blobs-swept", "looked for files that nobody uses any more",
            {{"looked_at", std::to_string(swept->looked_at)},
             {"removed", std::to_string(swept->removed)},
             {"removed_bytes", std::to_string(swept->removed_bytes)}});
}

} // namespace dure::node
