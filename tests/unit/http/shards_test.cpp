#include "tests/unit/http/served_node.hpp"

namespace dure::gateway::test {

namespace {

using nlohmann::json;
using way = shard_mending::way;
using mendings = std::vector<shard_mending>;

class shards_over_http : public served_node {
protected:
  reply mend(const std::string& shard, const std::string& what, const json& body,
             const header_list& more = {}) {
    return client.post("/api/v1/shards/" + shard + "/" + what, body.dump(), more);
  }
};

TEST_F(shards_over_http, accepts_a_loss_only_by_that_word) {
  for (const json& body : {json::object(), json{{"accept_loss", false}}}) {
    const auto refused = mend("documents/1", "recover", body);
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_NE(refused.body.find("lost for ever"), std::string::npos) << refused.body;
  }
  EXPECT_TRUE(node.mended().empty());
  const auto told =
      mend("documents/1", "recover", {{"accept_loss", true}}, {{"Accept-Language", "en"}});
  ASSERT_EQ(told.status, 202) << told.body;
  EXPECT_EQ(told.json()["queue"], "documents");
  EXPECT_EQ(told.json()["shard"], 1);
  EXPECT_EQ(told.json()["action"], "accept_loss");
  EXPECT_NE(told.json()["message"].get<std::string>().find("are lost"), std::string::npos);
  EXPECT_EQ(node.mended(), (mendings{{second_documents_log, way::accept_loss, {}}}));
}

TEST_F(shards_over_http, keeps_the_log_or_a_node) {
  EXPECT_EQ(mend("documents/0", "resolve", {{"keep", "log"}}).json()["action"], "keep_log");
  const auto told = mend("control/0", "resolve", {{"keep", "node-1"}}, {{"Accept-Language", "en"}});
  ASSERT_EQ(told.status, 202) << told.body;
  EXPECT_NE(
      told.json()["message"].get<std::string>().find("dure shard resolve control 0 --keep log"),
      std::string::npos);
  EXPECT_EQ(node.mended(), (mendings{{documents_log, way::keep_log, {}},
                                     {control_log, way::keep_node, "node-1"}}));
}

TEST_F(shards_over_http, speaks_korean_by_default) {
  const auto told = mend("documents/0", "resolve", {{"keep", "log"}}).json();
  EXPECT_NE(told["message"].get<std::string>().find("노드"), std::string::npos);
}

TEST_F(shards_over_http, refuses_what_names_nothing) {
  for (const auto* shard :
       {"documents/2", "documents/-1", "documents/x", "documents/70000", "control/1", "nobody/0"})
    EXPECT_EQ(mend(shard, "resolve", {{"keep", "log"}}).status, 404) << shard;
  const auto unknown = mend("documents/0", "resolve", {{"keep", "nobody"}});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.json()["code"], "no_such_node");
  for (const json& body : {json::object(), json{{"keep", ""}}, json{{"keep", "No Name"}},
                           json{{"keep", 1}}, json{{"keep", "log"}, {"force", true}}})
    EXPECT_EQ(mend("documents/0", "resolve", body).status, 400) << body;
  EXPECT_TRUE(node.mended().empty());
}

TEST_F(shards_over_http, keeps_no_node_that_leads_the_log) {
  node.lead(documents_log);
  const auto refused = mend("documents/0", "resolve", {{"keep", "node-1"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.json()["code"], "leads_already");
  EXPECT_EQ(mend("documents/1", "resolve", {{"keep", "node-1"}}).status, 202);
}

TEST_F(shards_over_http, tells_nodes_once_for_each_key) {
  const header_list key{{"Idempotency-Key", "once"}};
  const auto first = mend("documents/0", "recover", {{"accept_loss", true}}, key);
  const auto again = mend("documents/0", "recover", {{"accept_loss", true}}, key);
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(node.mended().size(), 1U);
}

} // namespace
} // namespace dure::gateway::test
