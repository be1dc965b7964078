#include "gateway/api/queue_json.hpp"
#include "node/wiring/first_queues.hpp"
#include "node/wiring/provider_limits.hpp"

#include <functional>
#include <gtest/gtest.h>

namespace dure::node {
namespace {

question_options asking(std::uint32_t in_flight, std::optional<std::uint32_t> requests) {
  question_options options;
  options.provider = provider_openai;
  options.in_flight = in_flight;
  options.requests_per_minute = requests;
  return options;
}

std::vector<queue_definition> known(std::uint64_t version, const queue_settings& settings = {}) {
  queue_definition questions{"questions", {log_number{2}}, {"question.explain"}, settings};
  questions.settings.version = version;
  return {{"documents", {log_number{1}}, {"document.parse"}, {}}, questions};
}

queue_settings settings_in(const put_record& put, std::uint64_t version) {
  const auto read = gateway::parse_queue_definition(put.value, version);
  EXPECT_TRUE(read);
  return read ? read->settings : queue_settings{};
}

TEST(provider_limits, are_in_the_queue_from_its_making_on) {
  for (const auto& first : first_queues(asking(8, 600))) {
    const auto settings = settings_in(first.record, 1);
    const bool asks = first.name == "questions";
    EXPECT_EQ(settings.concurrency_max.has_value(), asks);
    EXPECT_EQ(settings.rate.requests_per_minute.has_value(), asks);
  }
}

/// A control log that takes what it is asked to.
struct control {
  std::vector<queue_definition> queues;
  std::optional<queries::found_record> applied;
  std::uint64_t version = 3;

  queue_settings& settings() { return queues.back().settings; }

  void change(std::function<void(queue_settings&)> how) {
    how(settings());
    settings().version = ++version;
  }

  /// Does what a leader does when it begins to lead; returns how many records it put.
  int lead(const question_options& questions) {
    for (int puts = 0;; ++puts) {
      const auto put = missing_limits(questions, queues, applied);
      if (!put || puts == 10)
        return puts;
      const bool is_note = put->key == applied_limits_key;
      EXPECT_EQ(put->expected, is_note ? (applied ? applied->version : 0) : settings().version);
      ++version;
      if (is_note)
        applied = queries::found_record{put->value, version};
      else
        settings() = settings_in(*put, version);
    }
  }
};

TEST(provider_limits, are_brought_in_once_and_stay_as_they_are_changed_by_hand) {
  control log{known(3), {}};
  EXPECT_EQ(log.lead(asking(8, 600)), 2);
  EXPECT_EQ(log.settings().concurrency_max, 8U);
  EXPECT_EQ(log.settings().rate, (rate_limits{600, std::nullopt}));
  log.change([](queue_settings& s) { s.concurrency_max = 1; });
  EXPECT_EQ(log.lead(asking(8, 600)), 0) << "another start, or another leader";
  EXPECT_EQ(log.settings().concurrency_max, 1U);
}

TEST(provider_limits, follow_the_file_when_it_changes_but_only_what_changed_in_it) {
  control log{known(3), {}};
  log.lead(asking(8, 600));
  log.change([](queue_settings& s) { s.rate.requests_per_minute = 30; });
  EXPECT_EQ(log.lead(asking(9, 600)), 2);
  EXPECT_EQ(log.settings().concurrency_max, 9U);
  EXPECT_EQ(log.settings().rate.requests_per_minute, 30U);
  EXPECT_EQ(log.lead(asking(9, 700)), 2);
  EXPECT_EQ(log.settings().rate.requests_per_minute, 700U);
}

TEST(provider_limits, leave_alone_what_the_file_does_not_name) {
  control log{known(3), {}};
  log.change([](queue_settings& s) {
    s.rate.tokens_per_minute = 90'000;
    s.paused = true;
  });
  log.lead(asking(8, 600));
  EXPECT_EQ(log.settings().rate, (rate_limits{600, 90'000}));
  EXPECT_TRUE(log.settings().paused);
  EXPECT_EQ(log.lead(question_options{}), 0) << "nobody is asked";
}

TEST(provider_limits, are_put_again_when_the_put_was_refused_or_the_note_is_unreadable) {
  const auto once = missing_limits(asking(8, 600), known(3), {});
  const auto again = missing_limits(asking(8, 600), known(4), {});
  ASSERT_TRUE(once && again);
  EXPECT_EQ(again->expected, 4U);
  control log{known(3), queries::found_record{"{", 2}};
  EXPECT_EQ(log.lead(asking(8, 600)), 2);
}

} // namespace
} // namespace dure::node
