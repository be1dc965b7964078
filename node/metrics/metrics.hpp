#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/job.hpp"
#include "actors/core/queue.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// Jobs of one queue, all shards together.
struct queue_figures {
  std::string queue;
  job_counts counts;
  milliseconds longest_wait{}; ///< Of what is pending; zero when nothing is.
};

/// A log, by the words that people know.
struct shard_name {
  std::string queue;
  std::uint16_t shard = 0;

  auto operator<=>(const shard_name&) const = default;
};

/// How far this node has applied a log.
struct shard_figures {
  shard_name of;
  journal_index applied{};
};

/// The copies of files on this node's disk.
struct copy_figures {
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0; ///< Files that a job needed and that were here, since the start.
  std::uint64_t misses = 0;
};

/// What is read when somebody asks, since the ledger or the server keeps it.
struct node_figures {
  std::vector<queue_figures> queues;
  std::vector<shard_figures> shards;
  std::optional<std::uint64_t> blob_bytes; ///< Nothing: the server did not say.
  copy_figures copies;
};

/// Why attempts end in their handlers: the codes of node/sandbox, and words for those that the
/// handler or the client ended.
inline constexpr std::array<std::string_view, 18> handler_end_causes{
    "completed",           "failed",          "cancelled",    "handler_crashed", "handler_exited",
    "handler_killed",      "out_of_memory",   "cpu_limit",    "file_size_limit", "output_too_large",
    "protocol_error",      "handler_stopped", "soft_timeout", "hard_timeout",    "silent",
    "handler_unavailable", "bad_artifact",    "other"};

/// Every figure that Prometheus can ask for. Thread-safe. Names follow Prometheus' conventions:
/// base units, `_total`. Labels are names of queues, of kinds that a worker has run, of routes, and
/// words of our own: never what a client or a handler makes up.
class metrics {
public:
  /// `read` is asked at each scrape.
  metrics(std::string version, std::function<node_figures()> read);
  ~metrics();

  /// Counts an append that the journal took.
  void count_append(std::string_view queue, double seconds);

  /// Counts a record that became state.
  void count_record(std::string_view queue, std::size_t events);

  /// Counts an append that the journal refused or did not answer.
  void count_append_failure(std::string_view queue);

  /// Notes that the log has this record.
  void saw_record(const shard_name& of, journal_index index);

  /// Notes that this is the log's last record now, be it less than before.
  void saw_log_end(const shard_name& of, journal_index last);

  /// Counts a job that was started, after it could have been for so long.
  void count_wait(std::string_view kind, double seconds);

  /// Counts an attempt that has ended, after so long.
  void count_run(std::string_view kind, double seconds);
  void count_attempt(std::string_view queue, attempt_end end);

  /// Counts a report of an attempt whose lease was over.
  void count_stale_result(std::string_view queue);

  /// Counts an attempt that ended in a handler of this node. Requires: one of handler_end_causes.
  void count_handler_end(std::string_view cause);

  /// Counts one finished HTTP exchange. `route` is a pattern, never a path with ids.
  void count_http(std::string_view route, int code, double seconds);

  /// Returns everything in the Prometheus text format.
  std::string text() const;

private:
  struct registry;
  std::unique_ptr<registry> registry_;
};

} // namespace dure::node
