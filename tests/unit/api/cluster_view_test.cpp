#include "actors/core/replica_rows.hpp"
#include "gateway/api/cluster_view.hpp"
#include "gateway/api/node_directory.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {
namespace {

using nlohmann::json;

node_definition worker_node(const std::string& name, const std::string& kind) {
  return {name, true, true, true, 4, {{kind, "default"}}};
}

seen_node seen(const std::string& name, std::uint64_t index, bool leads = false) {
  seen_node node;
  node.name = name;
  node.replicas[control_log] = {journal_index{index}, leads};
  return node;
}

TEST(node_directory, reads_back_what_a_node_says_of_itself) {
  const auto node = worker_node("n1", "file.size");
  auto read = parse_node_definition(to_json_text(node));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, node);
  node_definition gateway_only{"n2", true, false, false, 0, {}};
  EXPECT_EQ(*parse_node_definition(to_json_text(gateway_only)), gateway_only);
}

TEST(node_directory, refuses_damage_and_lets_newer_fields_pass) {
  EXPECT_FALSE(parse_node_definition("{"));
  EXPECT_FALSE(parse_node_definition(R"({"name":"n1"})"));
  EXPECT_FALSE(parse_node_definition(R"({"name":"N 1","roles":[],"slots":1,"kinds":[]})"));
  EXPECT_TRUE(
      parse_node_definition(R"({"name":"n1","roles":["x"],"slots":1,"kinds":[],"zone":"a"})"));
}

TEST(cluster_view, tells_states_of_nodes_by_what_is_heard) {
  auto leaving = seen("n2", 5);
  leaving.leaving = true;
  auto dead = seen("n3", 5);
  dead.silent = milliseconds{4'000};
  const auto body = to_nodes_json({worker_node("n1", "a"), worker_node("n2", "a"),
                                   worker_node("n3", "a"), worker_node("n4", "a")},
                                  {seen("n1", 5), leaving, dead});
  std::vector<std::string> states;
  for (const auto& node : body["nodes"])
    states.push_back(node["state"]);
  EXPECT_EQ(states, (std::vector<std::string>{"ready", "draining", "silent", "silent"}));
  EXPECT_TRUE(body["nodes"][3]["boot_id"].is_null());
  EXPECT_EQ(body["nodes"][0]["roles"], json({"gateway", "scheduler", "worker"}));
}

TEST(cluster_view, names_the_leader_only_while_it_is_heard_and_says_so) {
  memory_state rows;
  overlay changes{rows};
  log_position position;
  position.index = journal_index{7};
  position.epoch = epoch_number{2};
  position.leader = "n2";
  write_position(changes, control_log, position, "record");
  rows.write(changes.take());

  auto leader = seen("n2", 9, true);
  auto shards = to_shards_json(rows, queue_directory{{}}, {seen("n1", 7), leader});
  ASSERT_TRUE(shards);
  const auto& shard = (*shards)["shards"][0];
  EXPECT_EQ(shard["leader"], "n2");
  EXPECT_EQ(shard["index"], 7);
  EXPECT_EQ(shard["epoch"], 2);
  EXPECT_EQ(shard["replicas"][0]["lag"], 2);
  EXPECT_EQ(shard["replicas"][1]["lag"], 0);

  leader.silent = milliseconds{4'000};
  shards = to_shards_json(rows, queue_directory{{}}, {seen("n1", 7), leader});
  EXPECT_TRUE((*shards)["shards"][0]["leader"].is_null());
  EXPECT_FALSE((*shards)["shards"][0]["replicas"][1]["alive"]);
}

TEST(cluster_view, knows_which_kinds_living_nodes_offer) {
  const std::vector<node_definition> nodes{worker_node("n1", "a"), worker_node("n2", "b")};
  auto silent = seen("n2", 1);
  silent.silent = milliseconds{9'000};
  EXPECT_TRUE(is_offered("a", nodes, {seen("n1", 1), silent}));
  EXPECT_FALSE(is_offered("b", nodes, {seen("n1", 1), silent}));
  EXPECT_FALSE(is_offered("c", nodes, {seen("n1", 1), seen("n2", 1)}));
  EXPECT_TRUE(is_offered("c", {}, {})) << "nobody has joined yet";
}

} // namespace
} // namespace dure::gateway
