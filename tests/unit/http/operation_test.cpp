#include "tests/unit/http/served_node.hpp"

namespace dure::gateway::test {

namespace {

class operation_over_http : public served_node {};

TEST_F(operation_over_http, describes_queues) {
  submit_one();
  submit_one(R"({"kind":"document.parse"})");
  auto all = client.get("/api/v1/queues").json()["queues"];
  ASSERT_EQ(all.size(), 3U);
  auto documents = client.get("/api/v1/queues/documents").json();
  EXPECT_EQ(documents["name"], "documents");
  EXPECT_EQ(documents["shards"], 2);
  EXPECT_EQ(documents["paused"], false);
  EXPECT_EQ(documents["kinds"], nlohmann::json::parse(R"(["document.parse"])"));
  EXPECT_EQ(documents["counts"]["pending"], 1);
  EXPECT_EQ(documents["counts"]["completed"], 0);
  EXPECT_FALSE(documents["oldest_pending_at"].is_null());
  EXPECT_TRUE(client.get("/api/v1/queues/questions").json()["oldest_pending_at"].is_null());
  EXPECT_EQ(client.get("/api/v1/queues/nope").status, 404);
}

TEST_F(operation_over_http, pauses_every_shard_of_a_queue_and_resumes) {
  auto id = submit_one(R"({"kind":"document.parse"})");
  auto paused = client.post("/api/v1/queues/documents/pause", R"({"reason":"점검"})");
  ASSERT_EQ(paused.status, 200) << paused.body;
  EXPECT_EQ(paused.json()["paused"], true);
  EXPECT_EQ(paused.json()["pause_reason"], "점검");
  EXPECT_EQ(client.get("/api/v1/queues/documents").json()["paused"], true);
  auto waiting = client.get(path_of(id)).json()["waiting"];
  EXPECT_EQ(waiting["reason"], "paused");
  EXPECT_EQ(waiting["detail"], "점검");
  for (auto log : {documents_log, second_documents_log}) {
    claim request{claim_id{}, "node-a", boot_id{}, {{"document.parse", 1}}};
    auto outcome = node.wish(log, request);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_TRUE(std::get<granted>(*outcome).grants.empty());
  }
  EXPECT_EQ(client.post("/api/v1/queues/documents/resume", "").json()["paused"], false);
  EXPECT_EQ(client.get(path_of(id)).json()["waiting"]["reason"], "position");
  node.start(id);
}

TEST_F(operation_over_http, pauses_again_without_harm_and_refuses_nonsense) {
  EXPECT_EQ(client.post("/api/v1/queues/default/pause", "").status, 200);
  EXPECT_EQ(client.post("/api/v1/queues/default/pause", "").status, 200);
  EXPECT_EQ(client.post("/api/v1/queues/nope/pause", "").status, 404);
  EXPECT_EQ(client.post("/api/v1/queues/default/pause", R"({"why":1})").status, 400);
  EXPECT_EQ(client.post("/api/v1/queues/default/resume", R"({"reason":"x"})").status, 400);
  node.break_asks(errc::unavailable);
  EXPECT_EQ(client.post("/api/v1/queues/default/resume", "").status, 503);
}

TEST_F(operation_over_http, says_whether_it_lives_and_is_ready) {
  EXPECT_EQ(client.get("/livez").status, 200);
  auto ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_FALSE(ready.json().contains("components"));
  auto verbose = client.get("/readyz?verbose").json();
  EXPECT_EQ(verbose["components"].size(), 3U);
  EXPECT_EQ(verbose["components"][2]["component"], "http");
  node.set_unready("journal");
  auto unready = client.get("/readyz?verbose=true");
  EXPECT_EQ(unready.status, 503);
  EXPECT_FALSE(unready.header("Retry-After").empty());
  EXPECT_EQ(unready.json()["components"][0]["ready"], false);
  EXPECT_EQ(client.get("/livez").status, 200);
}

TEST_F(operation_over_http, shows_and_counts_metrics_by_route) {
  auto r = client.get("/metrics");
  EXPECT_EQ(r.body, node.metrics());
  EXPECT_TRUE(r.header("Content-Type").starts_with("text/plain; version=0.0.4"));
  client.get("/jobs/nonsense");
  client.get("/nowhere/at/all");
  ASSERT_TRUE(eventually([&] { return node.counted().size() == 3; }));
  EXPECT_EQ(node.counted(),
            (std::multiset<std::string>{"/jobs/{id} 404", "/metrics 200", "other 404"}));
}

TEST_F(operation_over_http, tells_which_methods_a_path_takes) {
  auto wrong = client.send("PUT", "/api/v1/jobs");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(wrong.json()["code"], "method_not_allowed");
  auto options = client.send("OPTIONS", "/api/v1/jobs/x");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Allow"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(client.send("OPTIONS", "*").header("Allow"),
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(client.get("/upload").header("Allow"), "POST, OPTIONS");
  for (auto path : {"/", "/api/v1", "/api/v1/jobs/", "/api/v1/jobs//cancel", "/jobs"})
    EXPECT_EQ(client.get(path).status, 404) << path;
}

TEST(server, listens_on_loopback_only_unless_told) {
  memory_backend node;
  for (auto address : {"0.0.0.0", "::", "192.0.2.1"}) {
    server_config config;
    config.address = address;
    config.port = 0;
    auto refused = server{config, node}.start();
    ASSERT_FALSE(refused.has_value()) << address;
    EXPECT_NE(refused.error().context.find("--insecure-listen"), std::string::npos);
  }
}

TEST(server, shows_that_it_listens_without_keys) {
  memory_backend node;
  server_config config;
  config.address = "0.0.0.0";
  config.port = 0;
  config.insecure_listen = true;
  server served{config, node};
  ASSERT_TRUE(served.start().has_value());
  auto ready = http_client{served.port()}.get("/readyz?verbose").json();
  EXPECT_NE(ready.dump().find("WITHOUT KEYS"), std::string::npos);
  served.stop(std::chrono::seconds{1});
}

TEST(server, says_why_it_cannot_listen) {
  memory_backend node;
  server_config config;
  config.port = 0;
  server first{config, node};
  ASSERT_TRUE(first.start().has_value());
  config.port = first.port();
  auto refused = server{config, node}.start();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().context.find(std::to_string(first.port())), std::string::npos);
  config.address = "nonsense";
  EXPECT_EQ(server(config, node).start().error().code, errc::invalid);
}

} // namespace
} // namespace dure::gateway::test
