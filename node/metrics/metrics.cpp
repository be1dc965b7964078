#include "node/metrics/metrics.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <utility>

namespace dure::node {

namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries seconds_buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                  0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                                  1,      2.5,     5,      10,    30,     100};
/// Jobs take from a millisecond to hours, and wait as long.
const Histogram::BucketBoundaries job_seconds_buckets{
    0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1'800, 7'200, 43'200};
const Histogram::BucketBoundaries events_buckets{1,   2,   5,   10,   20,   50,
                                                 100, 200, 500, 1000, 2000, 5000};

/// A family of series that differ in one label, found without the hashing of prometheus-cpp. The
/// owner of the registry guards it.
template <class Series> class series_by_label {
public:
  template <class... Rest>
  Series& of(prometheus::Family<Series>& all, const char* label, std::string_view value,
             const Rest&... rest) {
    auto found = known_.find(value);
    if (found == known_.end())
      found = known_.emplace(value, &all.Add({{label, std::string{value}}}, rest...)).first;
    return *found->second;
  }

private:
  std::map<std::string, Series*, std::less<>> known_;
};

prometheus::Family<Counter>& counter(prometheus::Registry& all, const char* name,
                                     const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(all);
}

prometheus::Family<Gauge>& gauge(prometheus::Registry& all, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(all);
}

prometheus::Family<Histogram>& histogram(prometheus::Registry& all, const char* name,
                                         const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(all);
}

} // namespace

struct metrics::registry {
  template <class Series> using family = prometheus::Family<Series>;

  prometheus::Registry all;
  family<Gauge>& jobs = gauge(all, "dure_jobs", "Jobs by queue and state.");
  family<Gauge>& longest_wait =
      gauge(all, "dure_queue_oldest_waiting_seconds",
            "For how long the job that waits longest could have been started; 0: none waits.");
  family<Gauge>& applied_index = gauge(all, "dure_shard_applied_index",
                                       "Number of the last record of the log that is state here.");
  family<Gauge>& lag = gauge(all, "dure_shard_lag_records",
                             "Records that the log is known to have and that are not state here.");
  family<Gauge>& blob_bytes = gauge(all, "dure_blob_bytes", "Bytes that the store of files holds.");
  Gauge& copy_bytes =
      gauge(all, "dure_blob_cache_bytes", "Bytes of the copies of files on this node.").Add({});
  Counter& copy_hits = counter(all, "dure_blob_cache_hits_total",
                               "Files that jobs needed and that were on this node.")
                           .Add({});
  Counter& copy_misses = counter(all, "dure_blob_cache_misses_total",
                                 "Files that jobs needed and that had to be fetched.")
                             .Add({});
  family<Histogram>& append_seconds =
      histogram(all, "dure_journal_append_seconds",
                "From sending a record to the journal until it was taken.");
  family<Histogram>& record_events =
      histogram(all, "dure_journal_record_events", "Events in one record.");
  family<Counter>& append_failures = counter(all, "dure_journal_append_failures_total",
                                             "Appends that were refused or not answered.");
  family<Histogram>& wait_seconds =
      histogram(all, "dure_job_wait_seconds",
                "From when a job was made, due or free again until its attempt began, by kind.");
  family<Histogram>& run_seconds =
      histogram(all, "dure_attempt_run_seconds",
                "From an attempt's beginning until its end, whatever the outcome, by kind.");
  family<Counter>& attempts =
      counter(all, "dure_attempts_total", "Attempts that ended, by queue and outcome.");
  family<Counter>& stale_results =
      counter(all, "dure_stale_results_refused_total",
              "Reports of attempts that were refused because their lease was over.");
  family<Counter>& handler_ends =
      counter(all, "dure_handler_ends_total", "Attempts that ended in handlers here, by cause.");
  family<Counter>& requests =
      counter(all, "dure_http_requests_total", "HTTP exchanges by route and code.");
  family<Histogram>& request_seconds =
      histogram(all, "dure_http_request_seconds",
                "From the request's first byte until its answer was written, by route.");
  std::function<node_figures()> read;
  std::map<std::string_view, Counter*> ends_by_cause; ///< Complete from the start.

  using outcomes = std::array<Counter*, static_cast<std::size_t>(attempt_end::cancelled)>;

  std::mutex jobs_mutex; ///< Guards what follows.
  std::map<std::string, outcomes, std::less<>> by_outcome;
  series_by_label<Histogram> waits;
  series_by_label<Histogram> runs;
  std::map<shard_name, journal_index> log_ends;

  // Families look labels up by hashing a map; the exchanges of a busy gateway go through here
  // instead.
  struct http_series {
    Counter* count = nullptr;
    Histogram* seconds = nullptr;
  };

  std::mutex http_mutex;
  std::map<std::pair<std::string, int>, http_series, std::less<>> http;

  http_series& http_of(std::string_view route, int code) {
    auto [found, is_new] = http.try_emplace({std::string{route}, code});
    if (is_new) {
      const std::string name{route};
      found->second.count = &requests.Add({{"route", name}, {"code", std::to_string(code)}});
      found->second.seconds = &request_seconds.Add({{"route", name}}, seconds_buckets);
    }
    return found->second;
  }

  /// Returns the counters of a queue by outcome, all of them there from the first call on.
  outcomes& outcomes_of(std::string_view queue) {
    const auto found = by_outcome.find(queue);
    if (found != by_outcome.end())
      return found->second;
    auto& fresh = by_outcome[std::string{queue}];
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      const std::string outcome{to_string(static_cast<attempt_end>(i + 1))};
      fresh[i] = &attempts.Add({{"queue", std::string{queue}}, {"outcome", outcome}});
    }
    return fresh;
  }

  void show(const queue_figures& of) {
    for (std::size_t i = 0; i < job_state_count; ++i) {
      const std::string state{to_string(static_cast<job_state>(i + 1))};
      jobs.Add({{"queue", of.queue}, {"state", state}})
          .Set(static_cast<double>(of.counts.by_state[i]));
    }
    longest_wait.Add({{"queue", of.queue}})
        .Set(std::chrono::duration<double>(of.longest_wait).count());
    // A counter that begins with its first event hides that event from rate().
    stale_results.Add({{"queue", of.queue}});
    const std::scoped_lock lock{jobs_mutex};
    outcomes_of(of.queue);
  }

  void show(const shard_figures& of) {
    const prometheus::Labels labels{{"queue", of.of.queue}, {"shard", std::to_string(of.of.shard)}};
    const auto applied = number(of.applied);
    applied_index.Add(labels).Set(static_cast<double>(applied));
    const std::scoped_lock lock{jobs_mutex};
    const auto end = log_ends.find(of.of);
    const auto last = end == log_ends.end() ? applied : number(end->second);
    lag.Add(labels).Set(last > applied ? static_cast<double>(last - applied) : 0);
  }

  void show_blobs(const std::optional<std::uint64_t>& bytes) {
    auto& series = blob_bytes.Add({});
    if (bytes)
      series.Set(static_cast<double>(*bytes));
    else
      blob_bytes.Remove(&series);
  }

  void show(const copy_figures& of) {
    const std::scoped_lock lock{jobs_mutex}; // Two scrapes must not both count the difference.
    copy_bytes.Set(static_cast<double>(of.bytes));
    copy_hits.Increment(static_cast<double>(of.hits) - copy_hits.Value());
    copy_misses.Increment(static_cast<double>(of.misses) - copy_misses.Value());
  }
};

metrics::metrics(std::string version, std::function<node_figures()> read)
    : registry_{std::make_unique<registry>()} {
  registry_->read = std::move(read);
  for (const auto cause : handler_end_causes)
    registry_->ends_by_cause[cause] = &registry_->handler_ends.Add({{"cause", std::string{cause}}});
  gauge(registry_->all, "dure_build_info", "Always 1; the label says which version runs.")
      .Add({{"version", std::move(version)}})
      .Set(1);
}

metrics::~metrics() = default;

void metrics::count_append(std::string_view queue, double seconds) {
  registry_->append_seconds.Add({{"queue", std::string{queue}}}, seconds_buckets).Observe(seconds);
}

void metrics::count_record(std::string_view queue, std::size_t events) {
  registry_->record_events.Add({{"queue", std::string{queue}}}, events_buckets)
      .Observe(static_cast<double>(events));
}

void metrics::count_append_failure(std::string_view queue) {
  registry_->append_failures.Add({{"queue", std::string{queue}}}).Increment();
}

void metrics::saw_record(const shard_name& of, journal_index index) {
  const std::scoped_lock lock{registry_->jobs_mutex};
  auto& end = registry_->log_ends[of];
  end = std::max(end, index);
}

void metrics::saw_log_end(const shard_name& of, journal_index last) {
  const std::scoped_lock lock{registry_->jobs_mutex};
  registry_->log_ends[of] = last;
}

void metrics::count_wait(std::string_view kind, double seconds) {
  const std::scoped_lock lock{registry_->jobs_mutex};
  registry_->waits.of(registry_->wait_seconds, "kind", kind, job_seconds_buckets).Observe(seconds);
}

void metrics::count_run(std::string_view kind, double seconds) {
  const std::scoped_lock lock{registry_->jobs_mutex};
  registry_->runs.of(registry_->run_seconds, "kind", kind, job_seconds_buckets).Observe(seconds);
}

void metrics::count_attempt(std::string_view queue, attempt_end end) {
  const std::scoped_lock lock{registry_->jobs_mutex};
  registry_->outcomes_of(queue)[static_cast<std::size_t>(end) - 1]->Increment();
}

void metrics::count_stale_result(std::string_view queue) {
  registry_->stale_results.Add({{"queue", std::string{queue}}}).Increment();
}

void metrics::count_handler_end(std::string_view cause) {
  registry_->ends_by_cause.at(cause)->Increment();
}

void metrics::count_http(std::string_view route, int code, double seconds) {
  const std::scoped_lock lock{registry_->http_mutex};
  auto& series = registry_->http_of(route, code);
  series.count->Increment();
  series.seconds->Observe(seconds);
}

std::string metrics::text() const {
  const auto now = registry_->read();
  for (const auto& queue : now.queues)
    registry_->show(queue);
  for (const auto& shard : now.shards)
    registry_->show(shard);
  registry_->show_blobs(now.blob_bytes);
  registry_->show(now.copies);
  return prometheus::TextSerializer{}.Serialize(registry_->all.Collect());
}

} // namespace dure::node
