#include "node/wiring/figures_reader.hpp"

#include "actors/core/queries.hpp"
#include "actors/core/replica_rows.hpp"
#include "gateway/api/queue_directory.hpp"
#include "node/wiring/node_services.hpp"

#include <algorithm>

namespace dure::node {

namespace {

/// Whoever scrapes waits for about ten seconds, and other figures matter more than this one.
constexpr milliseconds server_patience{1'000};

result<void> add_log(const state_reader& view, log_number log, timestamp now, queue_figures& sum) {
  auto counts = queries::counts_of_log(view, log);
  if (!counts)
    return counts.error();
  for (std::size_t i = 0; i < job_state_count; ++i)
    sum.counts.by_state[i] += counts->by_state[i];
  auto since = queries::longest_wait_since(view, log);
  if (!since)
    return since.error();
  sum.longest_wait = std::max(sum.longest_wait, now - since->value_or(now));
  return {};
}

result<shard_figures> place_of(const state_reader& view, shard_name of, log_number log) {
  auto position = read_position(view, log);
  if (!position)
    return position.error();
  return shard_figures{std::move(of), position->index};
}

/// Shows what could be read: /readyz says when the store fails.
void add_queue(const state_reader& view, const queue_definition& queue, timestamp now,
               node_figures& all) {
  queue_figures sum{queue.name, {}};
  for (std::size_t shard = 0; shard < queue.logs.size(); ++shard) {
    const auto log = queue.logs[shard];
    auto place = place_of(view, {queue.name, static_cast<std::uint16_t>(shard)}, log);
    if (!place || !add_log(view, log, now, sum))
      return;
    all.shards.push_back(std::move(*place));
  }
  all.queues.push_back(std::move(sum));
}

} // namespace

node_figures read_figures(const node_services& s) {
  node_figures all;
  const auto& view = *s.rows;
  if (auto control = place_of(view, {"control", 0}, control_log))
    all.shards.push_back(std::move(*control));
  if (auto directory = gateway::queue_directory::read(view))
    for (const auto& [name, queue] : directory->all())
      add_queue(view, queue, s.time.now(), all);
  if (auto bucket = s.files->look(server_patience))
    all.blob_bytes = bucket->bytes;
  const auto copies = s.copies->figures();
  all.copies = {copies.bytes, copies.hits, copies.misses};
  return all;
}

} // namespace dure::node
