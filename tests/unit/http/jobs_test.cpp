#include "gateway/api/time_text.hpp"
#include "tests/unit/http/served_node.hpp"

namespace dure::gateway::test {

namespace {

class jobs_over_http : public served_node {};

TEST_F(jobs_over_http, takes_a_job_and_shows_it) {
  auto r = client.post("/api/v1/jobs", R"({"kind":"noop","params":{"x":1},"tags":["a"]})");
  ASSERT_EQ(r.status, 202) << r.body;
  auto id = id_in(r);
  EXPECT_EQ(r.header("Location"), path_of(id));
  EXPECT_EQ(r.json()["status"], "pending");
  auto shown = client.get(path_of(id));
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.json()["kind"], "noop");
  EXPECT_EQ(shown.json()["queue"], "default");
  EXPECT_EQ(shown.json()["waiting"]["reason"], "position");
  EXPECT_EQ(shown.json()["waiting"]["position"], 1);
  EXPECT_EQ(node.read(id).spec.params, R"({"x":1})");
}

TEST_F(jobs_over_http, sends_a_kind_to_its_queue) {
  auto id = submit_one(R"({"kind":"question.explain"})");
  EXPECT_EQ(log_of(id), questions_log);
  EXPECT_EQ(node.read(id).spec.queue, "questions");
}

TEST_F(jobs_over_http, shows_progress_and_when_it_will_be_done) {
  auto id = submit_one();
  auto lease = node.start(id);
  auto now = node.read(id).started_at.value();
  for (std::uint64_t n = 1; n <= 4; ++n)
    node.tell_progress(
        {id, lease.attempt, n, n, 10, "text", "페이지 처리 중...", now + std::chrono::seconds{n}});
  node.advance(std::chrono::seconds{4});
  ASSERT_TRUE(eventually([&] { return client.get(path_of(id)).json()["progress"] == 40; }));
  auto shown = client.get(path_of(id)).json();
  EXPECT_EQ(shown["status"], "running");
  EXPECT_EQ(shown["current_step"], "text");
  EXPECT_EQ(shown["message"], "페이지 처리 중...");
  EXPECT_GE(shown["eta_seconds"], 6);
  EXPECT_LE(shown["eta_seconds"], 8);
  EXPECT_TRUE(shown["waiting"].is_null());
  auto legacy = client.get("/jobs/" + to_string(id)).json();
  EXPECT_EQ(legacy["status"], "processing");
  EXPECT_EQ(legacy["progress"], 40);
  EXPECT_EQ(legacy["message"], "페이지 처리 중...");
}

TEST_F(jobs_over_http, speaks_the_client_s_language) {
  auto id = submit_one();
  auto korean = client.get("/jobs/" + to_string(id)).json()["message"];
  auto english =
      client.get("/jobs/" + to_string(id), {{"Accept-Language", "en"}}).json()["message"];
  EXPECT_EQ(korean, "처리를 기다리는 중입니다.");
  EXPECT_EQ(english, "Waiting to be processed.");
}

TEST_F(jobs_over_http, cancels_and_retries) {
  auto id = submit_one();
  auto cancelled = client.post(path_of(id, "/cancel"), "");
  ASSERT_EQ(cancelled.status, 202) << cancelled.body;
  EXPECT_EQ(cancelled.json()["status"], "cancelled");
  EXPECT_EQ(client.post(path_of(id, "/cancel"), "").status, 409);
  auto retried = client.post(path_of(id, "/retry"), "{}");
  ASSERT_EQ(retried.status, 202);
  EXPECT_EQ(retried.json()["status"], "pending");
}

TEST_F(jobs_over_http, asks_a_running_job_to_stop) {
  auto id = submit_one();
  node.start(id);
  auto r = client.post(path_of(id, "/cancel"), "");
  ASSERT_EQ(r.status, 202);
  EXPECT_EQ(r.json()["status"], "running");
  EXPECT_EQ(r.json()["cancel_requested"], true);
}

TEST_F(jobs_over_http, changes_priority_and_time) {
  auto id = submit_one();
  EXPECT_EQ(client.post(path_of(id, "/priority"), R"({"priority":7})").status, 200);
  EXPECT_EQ(node.read(id).spec.priority, 7);
  auto tomorrow = to_text(node.time().now() + std::chrono::days{1});
  auto r = client.post(path_of(id, "/reschedule"), R"({"run_at":")" + tomorrow + R"("})");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.json()["status"], "scheduled");
  EXPECT_EQ(client.get(path_of(id)).json()["run_at"], tomorrow);
  EXPECT_EQ(client.post(path_of(id, "/priority"), R"({"priority":1000})").status, 400);
  EXPECT_EQ(client.post(path_of(id, "/priority"), "").status, 400);
}

TEST_F(jobs_over_http, deletes_what_has_ended_and_then_says_gone) {
  auto id = submit_one();
  EXPECT_EQ(client.send("DELETE", path_of(id)).status, 409);
  client.post(path_of(id, "/cancel"), "");
  EXPECT_EQ(client.send("DELETE", path_of(id)).status, 204);
  EXPECT_EQ(client.get(path_of(id)).status, 410);
  EXPECT_EQ(client.get(path_of(id, "/result")).status, 410);
}

TEST_F(jobs_over_http, knows_no_job_of_another_name) {
  auto unknown = make_job_id(default_log, node.time().now(), 99);
  auto elsewhere = make_job_id(log_number{77}, node.time().now(), 99);
  for (const auto& path :
       {path_of(unknown), path_of(elsewhere), std::string{"/api/v1/jobs/nonsense"},
        "/jobs/" + to_string(unknown), path_of(unknown, "/result")})
    EXPECT_EQ(client.get(path).status, 404) << path;
  for (const auto& path : {path_of(unknown, "/cancel"), path_of(elsewhere, "/retry")})
    EXPECT_EQ(client.post(path, "").status, 404) << path;
  EXPECT_EQ(client.send("DELETE", path_of(elsewhere)).status, 404);
}

TEST_F(jobs_over_http, gives_the_live_job_of_a_unique_key) {
  auto id = submit_one(R"({"kind":"noop","unique_key":"once"})");
  auto again = client.post("/api/v1/jobs", R"({"kind":"noop","unique_key":"once"})");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(id_in(again), id);
  EXPECT_EQ(again.json()["existing"], true);
  node.start(id);
  node.complete_job(id, {"{}", {}, {}});
  auto finished = client.post("/api/v1/jobs", R"({"kind":"noop","unique_key":"once"})");
  EXPECT_EQ(finished.status, 200);
  EXPECT_EQ(finished.json()["status"], "completed");
}

TEST_F(jobs_over_http, refuses_bad_jobs_and_names_what_is_bad) {
  auto r = client.post("/api/v1/jobs", R"({"kind":"noop","colour":"red"})");
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(r.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(r.json()["code"], "unknown_field");
  EXPECT_EQ(r.json()["errors"][0]["pointer"], "/colour");
  EXPECT_EQ(r.json()["instance"], "/api/v1/jobs");
  EXPECT_EQ(client.post("/api/v1/jobs", "{").json()["code"], "invalid_json");
  EXPECT_EQ(client.post("/api/v1/jobs", "").status, 400);
  EXPECT_EQ(client.post("/api/v1/jobs", R"({"kind":"noop","kind":"sleep"})").json()["code"],
            "duplicate_field");
  auto deep =
      R"({"kind":"noop","params":{"a":)" + std::string(100, '[') + std::string(100, ']') + "}}";
  EXPECT_EQ(client.post("/api/v1/jobs", deep).json()["code"], "too_deep");
  EXPECT_EQ(client.post("/api/v1/jobs", R"({"kind":"noop","queue":"nope"})").json()["code"],
            "unknown_queue");
  auto one = client.post("/api/v1/jobs", R"([{"kind":"noop","queue":"nope"}])").json();
  EXPECT_EQ(one["jobs"][0]["error"]["code"], "unknown_queue") << one;
  EXPECT_EQ(client.post("/api/v1/jobs", "5").json()["detail"], "The body must be an object.");
  auto large = R"({"priority":1,"x":")" + std::string(70'000, 'x') + "\"}";
  EXPECT_EQ(client.post(path_of(submit_one(), "/priority"), large).status, 413);
}

TEST_F(jobs_over_http, takes_json_only) {
  auto body = R"({"kind":"noop"})";
  EXPECT_EQ(client.post("/api/v1/jobs", body, {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(client.post("/api/v1/jobs", body, {{"Content-Type", "application/json;charset=utf-8"}})
                .status,
            202);
}

TEST_F(jobs_over_http, refuses_parameters_it_does_not_know) {
  auto id = submit_one();
  for (const auto& target :
       {path_of(id, "?waits=1"), path_of(id, "/result?x=1"), "/jobs/" + to_string(id) + "?wait=1s",
        std::string{"/api/v1/queues?x=1"}, std::string{"/livez?x=1"}}) {
    auto r = client.get(target);
    EXPECT_EQ(r.status, 400) << target;
    EXPECT_EQ(r.json()["code"], "unknown_parameter") << target;
  }
  EXPECT_EQ(client.post("/api/v1/jobs?x=1", R"({"kind":"noop"})").status, 400);
}

TEST_F(jobs_over_http, says_try_again_while_nobody_leads) {
  node.break_asks(errc::unavailable);
  auto r = client.post("/api/v1/jobs", R"({"kind":"noop"})");
  EXPECT_EQ(r.status, 503);
  EXPECT_FALSE(r.header("Retry-After").empty());
  auto batch = client.post("/api/v1/jobs", R"([{"kind":"noop"},{"kind":"noop"}])");
  EXPECT_EQ(batch.status, 503);
  node.break_asks(std::nullopt);
  EXPECT_EQ(client.post("/api/v1/jobs", R"({"kind":"noop"})").status, 202);
}

TEST_F(jobs_over_http, says_too_many_when_a_queue_is_full) {
  queue_settings limited;
  limited.version = 100;
  limited.depth_max = 1;
  ASSERT_TRUE(node.wish(default_log, configure_queue{limited}).has_value());
  submit_one();
  auto r = client.post("/api/v1/jobs", R"({"kind":"noop"})");
  EXPECT_EQ(r.status, 429);
  EXPECT_FALSE(r.header("Retry-After").empty());
}

TEST_F(jobs_over_http, asks_each_log_once_for_a_thousand_jobs) {
  std::string body = "[";
  for (int i = 0; i < 1000; ++i)
    body += std::string{i ? "," : ""} + R"({"kind":")" + (i % 2 ? "noop" : "question.explain") +
            R"("})";
  auto before = node.asked();
  auto r = client.post("/api/v1/jobs", body + "]");
  ASSERT_EQ(r.status, 202);
  EXPECT_EQ(r.json()["jobs"].size(), 1000U);
  auto after = node.asked();
  EXPECT_EQ(after[default_log] - before[default_log], 1);
  EXPECT_EQ(after[questions_log] - before[questions_log], 1);
}

TEST_F(jobs_over_http, answers_a_batch_element_by_element) {
  auto r = client.post("/api/v1/jobs", R"([{"kind":"noop"},{"kind":"noop","x":1},
                                           {"kind":"noop","queue":"nope"},{"kind":"sleep"}])");
  ASSERT_EQ(r.status, 202);
  auto jobs = r.json()["jobs"];
  ASSERT_EQ(jobs.size(), 4U);
  EXPECT_EQ(jobs[0]["status"], "pending");
  EXPECT_EQ(jobs[1]["error"]["errors"][0]["pointer"], "/1/x");
  EXPECT_EQ(jobs[2]["error"]["errors"][0]["pointer"], "/2/queue");
  EXPECT_EQ(jobs[3]["status"], "pending");
}

TEST_F(jobs_over_http, takes_one_job_a_line) {
  auto r = client.post("/api/v1/jobs", "{\"kind\":\"noop\"}\n{\"kind\":\"noop\"}\n",
                       {{"Content-Type", "application/x-ndjson"}});
  ASSERT_EQ(r.status, 202) << r.body;
  EXPECT_EQ(r.json()["jobs"].size(), 2U);
}

TEST_F(jobs_over_http, does_not_send_again_what_the_client_has) {
  auto id = submit_one();
  for (const auto& path : {path_of(id), "/jobs/" + to_string(id)}) {
    auto first = client.get(path);
    ASSERT_FALSE(first.header("ETag").empty());
    auto again = client.get(path, {{"If-None-Match", first.header("ETag")}});
    EXPECT_EQ(again.status, 304);
    EXPECT_TRUE(again.body.empty());
  }
  auto tag = client.get(path_of(id)).header("ETag");
  node.start(id);
  EXPECT_EQ(client.get(path_of(id), {{"If-None-Match", tag}}).status, 200);
}

TEST_F(jobs_over_http, shows_every_attempt) {
  auto id = submit_one(R"({"kind":"noop","max_attempts":2})");
  node.start(id);
  node.fail_job(id, "flaky", true);
  auto waiting = client.get(path_of(id)).json();
  EXPECT_EQ(waiting["status"], "scheduled");
  EXPECT_EQ(waiting["waiting"]["reason"], "retry");
  EXPECT_EQ(client.get("/jobs/" + to_string(id)).json()["status"], "processing");
  node.advance(std::chrono::hours{1});
  node.start(id);
  node.fail_job(id, "flaky", true);
  auto failed = client.get(path_of(id)).json();
  EXPECT_EQ(failed["status"], "failed");
  ASSERT_EQ(failed["attempts"].size(), 2U);
  EXPECT_EQ(failed["attempts"][0]["cause"], "failed");
  EXPECT_EQ(failed["attempts"][0]["node"], "node-a");
  EXPECT_EQ(failed["error"]["code"], "flaky");
  EXPECT_EQ(failed["error_message"], "It failed.");
}

} // namespace
} // namespace dure::gateway::test
