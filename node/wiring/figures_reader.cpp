#include "node/wiring/figures_reader.hpp"

#include "actors/core/queries.hpp"
#include "actors/core/replica_rows.hpp"
#include "gateway/api/queue_directory.hpp"
#include "node/blobs/object_layout.hpp"
#include "node/journal/jetstream_api.hpp"
#include "node/journal/nats_requests.hpp"
#include "node/wiring/node_services.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <variant>

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

std::optional<std::uint64_t> ask_blob_bytes(const node_services& s) {
  if (!s.files_connection->connected())
    return std::nullopt;
  auto told = std::make_shared<std::promise<nats_reply>>();
  auto answer = told->get_future();
  s.files_connection->requests().send(
      {"$JS.API.STREAM.INFO." + object_layout::stream(s.bucket()), {}, {}}, server_patience,
      [told](nats_reply reply) { told->set_value(std::move(reply)); });
  const auto reply = answer.get();
  if (reply.outcome != reply_outcome::answered)
    return std::nullopt;
  const auto found = jetstream::parse_stream(reply.payload, {});
  if (const auto* state = std::get_if<jetstream::stream_state>(&found))
    return state->bytes;
  // The bucket is made with the first file.
  if (std::get<jetstream::api_error>(found).number == jetstream::stream_not_found)
    return 0;
  return std::nullopt;
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
  all.blob_bytes = ask_blob_bytes(s);
  return all;
}

} // namespace dure::node
