#include "node/journal/nats_log_lines.hpp"
#include "tests/conformance/memory_bus.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace dure::node {
namespace {

job_log_line example() {
  return {make_job_id(log_number{3}, timestamp{milliseconds{1}}, 7),
          2,
          log_number_of(2, 5),
          timestamp{milliseconds{1'700'000'000'123}},
          "warn",
          "쪽 4: \"odd\"\n\ttext"};
}

TEST(log_line, is_the_same_after_it_was_written_and_read) {
  EXPECT_EQ(parse_log_json(to_log_json(example()), example().job), example());
}

TEST(log_line, keeps_its_valid_letters_when_a_handler_wrote_bytes) {
  auto line = example();
  line.message = "a\xff"
                 "b";
  const auto read = parse_log_json(to_log_json(line), line.job);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->message, "a\xef\xbf\xbd"
                           "b");
}

TEST(log_line, is_dropped_when_it_makes_no_sense) {
  for (const auto* text :
       {"", "null", "[]", "{", R"({"n":1})",
        R"({"n":-1,"time":"2026-01-01T00:00:00.000Z","attempt":1,"level":"info","message":""})",
        R"({"n":1,"time":"yesterday","attempt":1,"level":"info","message":""})",
        R"({"n":1,"time":"2026-01-01T00:00:00.000Z","attempt":65536,"level":"info","message":""})",
        R"({"n":1,"time":"2026-01-01T00:00:00.000Z","attempt":1,"level":7,"message":""})"})
    EXPECT_FALSE(parse_log_json(text, example().job)) << text;
}

TEST(log_lines, reach_everyone_who_listens_in_the_cluster) {
  test::memory_bus bus;
  nats_log_lines ours{bus, "dure"};
  nats_log_lines others{bus, "other"};
  std::vector<job_log_line> heard;
  const auto held = ours.subscribe([&](job_log_line line) { heard.push_back(std::move(line)); });
  ours.publish("documents", 0, example());
  others.publish("documents", 0, example());
  bus.publish("dure.dure.log.documents.0.no-job", to_log_json(example()));
  bus.publish("dure.dure.log.documents.0." + to_string(example().job), "no line");
  EXPECT_EQ(heard, std::vector{example()});
}

} // namespace
} // namespace dure::node
