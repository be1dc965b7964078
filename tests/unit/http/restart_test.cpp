#include "actors/core/provider.hpp"
#include "actors/core/question_queries.hpp"
#include "tests/unit/http/served_node.hpp"

namespace dure::gateway::test {

namespace {

using nlohmann::json;

class restart_over_http : public served_node {
protected:
  json restart(const json& body, const header_list& more = {}) {
    auto r = client.post("/admin/restart-queue", body.dump(), more);
    EXPECT_EQ(r.status, 200) << r.body;
    return r.json();
  }

  static json done(bool resumed, bool forgiven, int released,
                   const std::string& queue = "default") {
    return {{"queue", queue},
            {"resumed", resumed},
            {"provider_forgiven", forgiven},
            {"released", released}};
  }

  /// Starts the next job on a life of a node.
  void start_on(const std::string& node_name, std::uint64_t life) {
    const boot_id boot{make_random_uuid(7, life)};
    const claim_id id{make_random_uuid(8, ++claims_)};
    auto outcome = node.wish(default_log, claim{id, node_name, boot, {{"noop", 1}}});
    ASSERT_TRUE(outcome);
    ASSERT_EQ(std::get<granted>(*outcome).grants.size(), 1U);
  }

  std::uint64_t claims_ = 0;
};

TEST_F(restart_over_http, does_nothing_to_a_queue_that_is_fine) {
  const auto id = submit_one();
  node.start(id);
  auto answer = restart({{"queue", "default"}});
  EXPECT_EQ(answer["data"], done(false, false, 0));
  EXPECT_EQ(answer["message"], "대기열이 정상이라 바꾼 것이 없습니다.");
  EXPECT_EQ(node.read(id).state, job_state::running);
}

TEST_F(restart_over_http, resumes_a_paused_queue_the_one_of_questions_by_default) {
  ASSERT_EQ(client.post("/api/v1/queues/questions/pause", R"({"reason":"점검"})").status, 200);
  auto answer = restart(json::object(), {{"Accept-Language", "en"}});
  EXPECT_EQ(answer["data"], done(true, false, 0, "questions"));
  EXPECT_EQ(answer["message"], "The queue was paused and goes on.");
  EXPECT_EQ(client.get("/api/v1/queues/questions").json()["paused"], false);
}

TEST_F(restart_over_http, asks_a_provider_again_that_was_given_up_on) {
  for (std::uint32_t i = 0; i < provider_failures_max; ++i) {
    const auto id = submit_one(R"({"kind":"noop","tags":["charged"]})");
    node.start(id);
    node.fail_job(id, std::string{code_unavailable}, false);
  }
  auto provider = client.get("/api/v1/queues/default").json()["provider"];
  EXPECT_EQ(provider["down"], true);
  EXPECT_EQ(provider["reason"], "It failed.");
  EXPECT_FALSE(provider["blocked_until"].is_null());
  const auto waiting = client.get(path_of(submit_one())).json()["waiting"];
  EXPECT_EQ(waiting["reason"], "provider");
  EXPECT_EQ(waiting["detail"], "모델 제공자를 기다리는 중입니다: It failed.");
  EXPECT_EQ(restart({{"queue", "default"}})["data"], done(false, true, 0));
  provider = client.get("/api/v1/queues/default").json()["provider"];
  EXPECT_EQ(provider, (json{{"down", false}, {"blocked_until", nullptr}, {"reason", nullptr}}));
}

TEST_F(restart_over_http, gives_back_what_an_earlier_life_of_a_node_has_left) {
  const auto left = submit_one();
  start_on("node-a", 1);
  node.advance(std::chrono::seconds{1});
  const auto living = submit_one();
  start_on("node-a", 2);
  const auto elsewhere = submit_one();
  start_on("node-b", 3);
  EXPECT_EQ(restart({{"queue", "default"}})["data"], done(false, false, 1));
  EXPECT_EQ(node.read(left).state, job_state::pending);
  EXPECT_EQ(node.read(left).attempts_counted, 0);
  EXPECT_EQ(node.read(living).state, job_state::running);
  EXPECT_EQ(node.read(elsewhere).state, job_state::running);
}

TEST_F(restart_over_http, gives_back_what_a_node_has_that_is_named_as_gone) {
  const auto lost = submit_one();
  start_on("node-a", 1);
  const auto living = submit_one();
  start_on("node-b", 2);
  auto answer = restart({{"queue", "default"}, {"node", "node-a"}}, {{"Accept-Language", "en"}});
  EXPECT_EQ(answer["data"], done(false, false, 1));
  EXPECT_EQ(answer["message"], "Stuck jobs that were given back: 1.");
  EXPECT_EQ(node.read(lost).state, job_state::pending);
  EXPECT_EQ(node.read(living).state, job_state::running);
}

TEST_F(restart_over_http, a_repeated_keyed_restart_does_it_once) {
  ASSERT_EQ(client.post("/api/v1/queues/default/pause", "").status, 200);
  const header_list key{{"Idempotency-Key", "again"}};
  const auto first = restart({{"queue", "default"}}, key);
  ASSERT_EQ(client.post("/api/v1/queues/default/pause", "").status, 200);
  EXPECT_EQ(restart({{"queue", "default"}}, key), first);
  EXPECT_EQ(client.get("/api/v1/queues/default").json()["paused"], true);
}

TEST_F(restart_over_http, says_what_is_wrong_with_a_request) {
  EXPECT_EQ(client.post("/admin/restart-queue", R"({"queue":"nope"})").status, 404);
  EXPECT_EQ(client.post("/admin/restart-queue", R"({"colour":"red"})").status, 400);
  EXPECT_EQ(client.post("/admin/restart-queue", R"({"node":"No Name"})").status, 400);
  EXPECT_EQ(client.post("/admin/restart-queue", "").status, 200);
}

} // namespace
} // namespace dure::gateway::test
