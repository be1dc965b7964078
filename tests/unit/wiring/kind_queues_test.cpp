#include "gateway/api/queue_json.hpp"
#include "node/wiring/kind_queues.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

queue_definition queue(const std::string& name, std::uint16_t log, std::vector<std::string> kinds,
                       std::uint64_t version) {
  queue_definition q{name, {log_number{log}}, std::move(kinds), {}};
  q.settings.version = version;
  return q;
}

offered_kind kind(const std::string& name, const std::string& queue) {
  return {name, queue};
}

const std::vector<queue_definition> known{queue("default", 4, {}, 7),
                                          queue("files", 9, {"file.old"}, 3)};

TEST(missing_kinds, are_none_when_queues_list_them) {
  EXPECT_TRUE(missing_kinds({kind("file.old", "files")}, known).empty());
  EXPECT_TRUE(missing_kinds({}, known).empty());
}

TEST(missing_kinds, join_a_queue_in_one_put_that_expects_what_was_seen) {
  const auto puts = missing_kinds({kind("a", "files"), kind("b", "files")}, known);
  ASSERT_EQ(puts.size(), 1U);
  EXPECT_EQ(puts[0].expected, 3U);
  const auto made = gateway::parse_queue_definition(puts[0].value, 4);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->kinds, (std::vector<std::string>{"file.old", "a", "b"}));
  EXPECT_EQ(made->logs, known[1].logs);
}

TEST(missing_kinds, make_a_queue_with_a_log_of_its_own) {
  const auto puts = missing_kinds({kind("a", "new"), kind("b", "newer")}, known);
  ASSERT_EQ(puts.size(), 2U);
  const auto first = gateway::parse_queue_definition(puts[0].value, 1);
  const auto second = gateway::parse_queue_definition(puts[1].value, 1);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(puts[0].expected, 0U) << "there must be none yet";
  EXPECT_EQ(number(first->logs[0]), 10);
  EXPECT_EQ(number(second->logs[0]), 11);
}

} // namespace
} // namespace dure::node
