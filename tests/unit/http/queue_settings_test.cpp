#include "actors/core/queries.hpp"
#include "tests/unit/http/served_node.hpp"

#include <set>

namespace dure::gateway::test {

namespace {

using nlohmann::json;

class queue_settings_over_http : public served_node {
protected:
  reply patch(const std::string& queue, const json& body) {
    return client.send("PATCH", "/api/v1/queues/" + queue, body.dump(),
                       {{"Content-Type", "application/json"}});
  }

  reply put(const std::string& queue, const json& body) {
    return client.send("PUT", "/api/v1/queues/" + queue, body.dump(),
                       {{"Content-Type", "application/json"}});
  }

  json read(const std::string& queue) { return client.get("/api/v1/queues/" + queue).json(); }
};

TEST_F(queue_settings_over_http, changes_the_limits_that_are_named_and_leaves_the_others) {
  auto changed = patch(
      "questions", {{"concurrency", 3}, {"depth", 100}, {"rate", {{"requests_per_minute", 60}}}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json(), read("questions"));
  EXPECT_EQ(changed.json()["concurrency_max"], 3);
  EXPECT_EQ(changed.json()["rate"],
            (json{{"requests_per_minute", 60}, {"tokens_per_minute", nullptr}}));
  changed =
      patch("questions", {{"concurrency", nullptr}, {"rate", {{"tokens_per_minute", 9'000}}}});
  EXPECT_TRUE(changed.json()["concurrency_max"].is_null());
  EXPECT_EQ(changed.json()["depth_max"], 100);
  EXPECT_EQ(changed.json()["rate"],
            (json{{"requests_per_minute", 60}, {"tokens_per_minute", 9'000}}));
  changed = patch("questions", {{"rate", nullptr}});
  EXPECT_EQ(changed.json()["rate"],
            (json{{"requests_per_minute", nullptr}, {"tokens_per_minute", nullptr}}));
}

TEST_F(queue_settings_over_http, the_log_of_the_queue_keeps_to_the_new_limits) {
  ASSERT_EQ(patch("default", {{"concurrency", 1}, {"depth", 2}}).status, 200);
  submit_one();
  const auto second = submit_one();
  EXPECT_EQ(client.post("/api/v1/jobs", R"({"kind":"noop"})").status, 429);
  claim request{claim_id{}, "node-a", boot_id{}, {{"noop", 5}}};
  auto outcome = node.wish(default_log, request);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(std::get<granted>(*outcome).grants.size(), 1U);
  EXPECT_EQ(client.get(path_of(second)).json()["waiting"]["reason"], "concurrency");
}

TEST_F(queue_settings_over_http, a_waiting_job_says_in_words_that_the_quota_holds_it) {
  ASSERT_EQ(patch("default", {{"rate", {{"requests_per_minute", 1}}}}).status, 200);
  const auto id = submit_one();
  const auto korean = client.get(path_of(id)).json()["waiting"];
  EXPECT_EQ(korean["reason"], "quota");
  EXPECT_EQ(korean["detail"], "모델 사용 한도를 기다리는 중입니다. 약 61초 걸립니다.");
  EXPECT_FALSE(korean["until"].is_null());
  const auto english = client.get(path_of(id), {{"Accept-Language", "en"}}).json()["waiting"];
  EXPECT_EQ(english["detail"], "waiting for model quota, about 61 s");
}

TEST_F(queue_settings_over_http, refuses_limits_of_a_queue_with_more_shards) {
  auto refused = patch("documents", {{"concurrency", 2}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.json()["code"], "limits_need_one_shard");
  EXPECT_EQ(patch("documents", {{"concurrency", nullptr}}).status, 200);
  EXPECT_EQ(put("wide", {{"shards", 2}, {"depth", 1}}).status, 409);
}

TEST_F(queue_settings_over_http, makes_a_queue_that_takes_its_kinds) {
  auto made = put("videos", {{"kinds", {"video.cut"}}, {"concurrency", 2}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.header("Location"), "/api/v1/queues/videos");
  EXPECT_EQ(made.json(), read("videos"));
  EXPECT_EQ(made.json()["concurrency_max"], 2);
  const auto id = submit_one(R"({"kind":"video.cut"})");
  EXPECT_EQ(node.read(id).spec.queue, "videos");
  EXPECT_EQ(put("videos", {{"kinds", {"video.cut"}}, {"concurrency", 2}}).status, 200);
  auto other = put("videos", {{"kinds", {"video.cut"}}});
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.json()["code"], "queue_exists");
  EXPECT_EQ(put("films", {{"kinds", {"video.cut"}}}).json()["code"], "kind_taken");
  EXPECT_EQ(patch("default", {{"kinds", {"video.cut"}}}).json()["code"], "kind_taken");
}

TEST_F(queue_settings_over_http, no_two_queues_share_a_log) {
  const auto log_of_one = [this](const std::string& queue) {
    return log_of(submit_one(R"({"kind":"noop","queue":")" + queue + "\"}"));
  };
  ASSERT_EQ(put("one", json::object()).status, 201);
  // Somebody else has reserved the next number and not made its queue yet.
  ASSERT_TRUE(node.wish(control_log, put_record{"log/1025", R"({"queue":"slow"})", 0, {}}));
  ASSERT_EQ(put("two", {{"shards", 2}}).status, 201);
  ASSERT_EQ(put("three", json::object()).status, 201);
  EXPECT_EQ(number(log_of_one("one")), 1024);
  EXPECT_EQ(number(log_of_one("three")), 1028);
  EXPECT_EQ(read("two")["shards"], 2);
}

TEST_F(queue_settings_over_http, numbers_of_queues_that_were_never_made_are_stepped_over_and_used) {
  for (int n = 1'024; n < 1'324; ++n)
    ASSERT_TRUE(node.wish(
        control_log,
        put_record{"log/" + std::to_string(n), n == 1'100 ? R"({"queue":"mine"})" : "{}", 0, {}}));
  ASSERT_EQ(put("another", json::object()).status, 201);
  ASSERT_EQ(put("mine", {{"shards", 2}}).status, 201);
  const auto logs_of = [this](const std::string& queue) {
    const auto record = queries::find_record(node.view(), control_log, "queue/" + queue);
    return record ? json::parse(record->value)["logs"] : json();
  };
  EXPECT_EQ(logs_of("another"), json({1'324}));
  EXPECT_EQ(logs_of("mine"), json({1'100, 1'325})) << "one is left from an earlier try";
}

TEST_F(queue_settings_over_http, two_queues_made_at_once_do_not_both_get_a_kind) {
  const auto request = [](const std::string& name) {
    const std::string body = R"({"kinds":["video.cut"]})";
    return "PUT /api/v1/queues/" + name +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  http_client other{served.port()};
  const auto before = node.asked()[control_log];
  node.hold_asks();
  client.write(request("films"));
  other.write(request("movies"));
  const bool both = eventually([&] { return node.asked()[control_log] == before + 2; });
  node.release_asks(); // Both have looked, neither has put.
  ASSERT_TRUE(both);
  std::multiset<int> statuses{client.read().status, other.read().status};
  EXPECT_EQ(statuses, (std::multiset<int>{201, 409}));
}

TEST_F(queue_settings_over_http, tells_how_many_jobs_are_completed_a_minute) {
  EXPECT_EQ(read("default")["throughput"], 0.0);
  for (int i = 0; i < 3; ++i) {
    const auto id = submit_one();
    node.start(id);
    node.complete_job(id, {"{}", {}, {}});
  }
  submit_one();
  ASSERT_TRUE(eventually([this] { return read("default")["throughput"] == 3.0; }));
  EXPECT_EQ(read("default")["eta_seconds"], 20);
  EXPECT_EQ(client.get("/api/v1/queues").json()["queues"][0]["throughput"], 3.0);
  node.advance(std::chrono::minutes{6});
  EXPECT_EQ(read("default")["throughput"], 0.0);
  EXPECT_TRUE(read("default")["eta_seconds"].is_null());
}

TEST_F(queue_settings_over_http, says_what_is_wrong_with_a_request) {
  EXPECT_EQ(patch("nope", {{"depth", 1}}).status, 404);
  EXPECT_EQ(patch("default", {{"depth", 0}}).status, 400);
  EXPECT_EQ(patch("default", {{"concurrency", "many"}}).status, 400);
  auto unknown = patch("default", {{"rate", {{"per_hour", 5}}}});
  EXPECT_EQ(unknown.status, 400);
  EXPECT_NE(unknown.body.find("/rate/per_hour"), std::string::npos);
  EXPECT_EQ(patch("default", {{"shards", 2}}).status, 400);
  EXPECT_EQ(put("Not.A.Name", json::object()).status, 400);
  EXPECT_EQ(put("many", {{"shards", 17}}).status, 400);
  EXPECT_EQ(put("odd", {{"kinds", {"Not A Kind"}}}).status, 400);
  node.break_asks(errc::unavailable);
  EXPECT_EQ(patch("default", {{"depth", 5}}).status, 503);
  EXPECT_EQ(put("new", json::object()).status, 503);
}

} // namespace
} // namespace dure::gateway::test
