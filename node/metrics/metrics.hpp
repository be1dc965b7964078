#pragma once

#include "actors/core/queue.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// Jobs of one queue, all shards together.
struct queue_counts {
  std::string queue;
  job_counts counts;
};

/// Every figure that Prometheus can ask for. Thread-safe. Names follow Prometheus' conventions:
/// base units, `_total`.
class metrics {
public:
  /// `read_counts` is asked at each scrape: gauges of jobs are kept nowhere else than in the
  /// ledger.
  metrics(std::string version, std::function<std::vector<queue_counts>()> read_counts);
  ~metrics();

  /// Counts an append that the journal took.
  void count_append(std::string_view queue, double seconds);

  /// Counts a record that became state.
  void count_record(std::string_view queue, std::size_t events);

  /// Counts an append that the journal refused or did not answer.
  void count_append_failure(std::string_view queue);

  /// Counts one finished HTTP exchange. `route` is a pattern, never a path with ids.
  void count_http(std::string_view route, int code, double seconds);

  /// Returns everything in the Prometheus text format.
  std::string text() const;

private:
  struct registry;
  std::unique_ptr<registry> registry_;
};

} // namespace dure::node
