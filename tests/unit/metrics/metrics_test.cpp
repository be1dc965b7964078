#include "actors/ports/journal.hpp"
#include "node/metrics/measured_journal.hpp"
#include "node/metrics/metrics.hpp"
#include "tests/unit/metrics/scraped.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

using namespace std::chrono_literals;

TEST(metrics, show_what_is_read_at_each_scrape) {
  node_figures now;
  now.queues.push_back({"documents", {{1, 2, 3, 4, 5, 6}}, 1'500ms});
  now.blob_bytes = 4'096;
  metrics figures{"1.2", [&now] { return now; }};
  EXPECT_EQ(value_of(figures, R"(dure_build_info{version="1.2"})"), "1");
  EXPECT_EQ(value_of(figures, R"(dure_jobs{queue="documents",state="running"})"), "3");
  EXPECT_EQ(value_of(figures, R"(dure_queue_oldest_waiting_seconds{queue="documents"})"), "1.5");
  EXPECT_EQ(value_of(figures, "dure_blob_bytes"), "4096");
  now.queues[0].longest_wait = 0ms;
  now.blob_bytes.reset();
  EXPECT_EQ(value_of(figures, R"(dure_queue_oldest_waiting_seconds{queue="documents"})"), "0");
  EXPECT_EQ(value_of(figures, "dure_blob_bytes"), "") << "unknown is not nothing";
}

TEST(metrics, counters_of_a_queue_are_there_before_they_count) {
  node_figures now;
  now.queues.push_back({"documents", {}, {}});
  metrics figures{"1", [&now] { return now; }};
  EXPECT_EQ(value_of(figures, R"(dure_attempts_total{outcome="lost",queue="documents"})"), "0");
  EXPECT_EQ(value_of(figures, R"(dure_stale_results_refused_total{queue="documents"})"), "0");
  figures.count_attempt("documents", attempt_end::lost);
  figures.count_stale_result("documents");
  EXPECT_EQ(value_of(figures, R"(dure_attempts_total{outcome="lost",queue="documents"})"), "1");
  EXPECT_EQ(value_of(figures, R"(dure_stale_results_refused_total{queue="documents"})"), "1");
}

/// Says what the test wants it to say.
class hand_journal_source final : public journal_source {
public:
  std::unique_ptr<journal> open(const std::string&, std::uint16_t,
                                journal::listener on_message) override {
    tell = std::move(on_message);
    return nullptr;
  }

  journal::listener tell;
};

TEST(metrics, lag_is_what_the_log_has_and_the_node_has_not) {
  node_figures now;
  now.shards.push_back({{"documents", 1}, journal_index{5}});
  metrics figures{"1", [&now] { return now; }};
  const std::string lag = R"(dure_shard_lag_records{queue="documents",shard="1"})";
  EXPECT_EQ(value_of(figures, lag), "0") << "nothing is known of the log";
  hand_journal_source source;
  const auto opened =
      measured_journal_source{source, figures}.open("documents", 1, [](journal_message) {});
  source.tell(stream_seen{{}, journal_index{1}, journal_index{9}, {}});
  EXPECT_EQ(value_of(figures, lag), "4");
  source.tell(record_tailed{journal_index{6}, {}});
  EXPECT_EQ(value_of(figures, lag), "4") << "an older record says nothing new";
  source.tell(append_taken{journal_index{10}, false});
  EXPECT_EQ(value_of(figures, lag), "5");
  now.shards[0].applied = journal_index{10};
  EXPECT_EQ(value_of(figures, lag), "0");
  source.tell(stream_seen{{}, journal_index{1}, journal_index{3}, {}});
  EXPECT_EQ(value_of(figures, lag), "0") << "a log that lost records is behind, not the node";
  EXPECT_EQ(value_of(figures, R"(dure_shard_applied_index{queue="documents",shard="1"})"), "10");
}

} // namespace
} // namespace dure::node
