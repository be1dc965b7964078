#include "node/metrics/metrics.hpp"

#include "actors/core/job.hpp"

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

using prometheus::Histogram;

const Histogram::BucketBoundaries seconds_buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                  0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                                  1,      2.5,     5,      10,    30,     100};
const Histogram::BucketBoundaries events_buckets{1,   2,   5,   10,   20,   50,
                                                 100, 200, 500, 1000, 2000, 5000};

} // namespace

struct metrics::registry {
  prometheus::Registry all;
  prometheus::Family<prometheus::Gauge>& jobs =
      prometheus::BuildGauge().Name("dure_jobs").Help("Jobs by queue and state.").Register(all);
  prometheus::Family<Histogram>& append_seconds =
      prometheus::BuildHistogram()
          .Name("dure_journal_append_seconds")
          .Help("From sending a record to the journal until it was taken.")
          .Register(all);
  prometheus::Family<Histogram>& record_events = prometheus::BuildHistogram()
                                                     .Name("dure_journal_record_events")
                                                     .Help("Events in one record.")
                                                     .Register(all);
  prometheus::Family<prometheus::Counter>& append_failures =
      prometheus::BuildCounter()
          .Name("dure_journal_append_failures_total")
          .Help("Appends that were refused or not answered.")
          .Register(all);
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("dure_http_requests_total")
                                                          .Help("HTTP exchanges by route and code.")
                                                          .Register(all);
  prometheus::Family<Histogram>& request_seconds =
      prometheus::BuildHistogram()
          .Name("dure_http_request_seconds")
          .Help("From the request's first byte until its answer was written, by route.")
          .Register(all);
  std::function<std::vector<queue_counts>()> read_counts;

  // Families look labels up by hashing a map; the exchanges of a busy gateway go through here
  // instead.
  struct http_series {
    prometheus::Counter* count = nullptr;
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
};

metrics::metrics(std::string version, std::function<std::vector<queue_counts>()> read_counts)
    : registry_{std::make_unique<registry>()} {
  registry_->read_counts = std::move(read_counts);
  prometheus::BuildGauge()
      .Name("dure_build_info")
      .Help("Always 1; the label says which version runs.")
      .Register(registry_->all)
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

void metrics::count_http(std::string_view route, int code, double seconds) {
  const std::scoped_lock lock{registry_->http_mutex};
  auto& series = registry_->http_of(route, code);
  series.count->Increment();
  series.seconds->Observe(seconds);
}

std::string metrics::text() const {
  for (const auto& [queue, counts] : registry_->read_counts())
    for (std::size_t i = 0; i < job_state_count; ++i) {
      const std::string state{to_string(static_cast<job_state>(i + 1))};
      registry_->jobs.Add({{"queue", queue}, {"state", state}})
          .Set(static_cast<double>(counts.by_state[i]));
    }
  return prometheus::TextSerializer{}.Serialize(registry_->all.Collect());
}

} // namespace dure::node
