#include "gateway/api/queue_json.hpp"
#include "node/wiring/first_queues.hpp"
#include "node/wiring/provider_limits.hpp"

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

TEST(provider_limits, are_put_until_seen_and_never_again) {
  provider_limits limits{asking(8, 600)};
  const auto put = limits.missing(known(3));
  ASSERT_TRUE(put);
  EXPECT_EQ(put->key, "queue/questions");
  EXPECT_EQ(put->expected, 3U);
  auto settings = settings_in(*put, 4);
  EXPECT_EQ(settings.concurrency_max, 8U);
  EXPECT_EQ(settings.rate, (rate_limits{600, std::nullopt}));
  EXPECT_TRUE(limits.missing(known(3))) << "the put may have been refused";
  EXPECT_FALSE(limits.missing(known(4, settings)));
  settings.concurrency_max = 1;
  EXPECT_FALSE(limits.missing(known(5, settings))) << "changed by hand since the start";
}

TEST(provider_limits, leave_alone_what_the_file_does_not_name) {
  queue_settings by_hand;
  by_hand.rate.tokens_per_minute = 90'000;
  by_hand.paused = true;
  provider_limits limits{asking(8, 600)};
  const auto put = limits.missing(known(3, by_hand));
  ASSERT_TRUE(put);
  EXPECT_EQ(settings_in(*put, 4).rate, (rate_limits{600, 90'000}));
  EXPECT_TRUE(settings_in(*put, 4).paused);
  provider_limits extractive{question_options{}};
  EXPECT_FALSE(extractive.missing(known(3)));
}

} // namespace
} // namespace dure::node
