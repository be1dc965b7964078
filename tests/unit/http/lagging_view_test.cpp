#include "actors/core/queries.hpp"
#include "gateway/api/queue_json.hpp"
#include "gateway/api/system_prompt.hpp"
#include "tests/unit/http/served_node.hpp"

namespace dure::gateway::test {

namespace {

using nlohmann::json;

constexpr std::string_view one_question = R"({"questions":[
  {"questionText":"Why?","option1":"a","option2":"b","correctAnswer":"b"}]})";

/// A gateway whose view shows late what others have acknowledged.
class lagging_view : public served_node {
protected:
  using rounds = std::map<log_number, int>;

  reply post_json(std::string_view method, const std::string& target, std::string_view body) {
    return client.send(method, target, body, {{"Content-Type", "application/json"}});
  }

  static job_id strange_id(log_number log, timestamp at) { return make_job_id(log, at, 0x5eed); }

  timestamp now() { return static_cast<backend&>(node).time().now(); }
};

TEST_F(lagging_view, answers_for_every_acknowledged_job) {
  for (std::string_view below : {"", "/artifacts", "/logs"}) {
    node.lag_in({default_log});
    auto id = submit_one();
    EXPECT_EQ(client.get(path_of(id, below)).status, 200) << below;
  }
  EXPECT_EQ(node.caught_up(), (rounds{{default_log, 3}}));
}

TEST_F(lagging_view, answers_a_head_as_it_answers_a_get) {
  node.lag_in({default_log});
  auto id = submit_one();
  client.write("HEAD " + path_of(id) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read(true).status, 200);
}

TEST_F(lagging_view, waits_for_the_end_of_a_job_that_it_did_not_know) {
  node.lag_in({default_log});
  auto id = submit_one();
  node.start(id);
  node.complete_job(id, {"{}", {}, {}});
  auto r = client.get(path_of(id) + "?wait=5s");
  EXPECT_EQ(r.json()["status"], "completed");
}

TEST_F(lagging_view, a_view_that_is_made_anew_shows_nothing_older_than_before) {
  auto id = submit_one();
  node.rebuild({default_log});
  EXPECT_EQ(client.get(path_of(id)).status, 200);
  EXPECT_EQ(node.caught_up(), (rounds{{default_log, 1}}));
  EXPECT_EQ(client.get("/api/v1/nodes").status, 200)
      << "what a node says of itself waits for nobody";
  node.break_catch_up(true);
  EXPECT_EQ(client.get(path_of(id)).status, 503);
  EXPECT_EQ(client.get("/readyz").status, 200);
  node.rebuild({});
  const auto before = node.caught_up();
  EXPECT_EQ(client.get(path_of(id)).status, 200);
  EXPECT_EQ(node.caught_up(), before) << "it shows what it has";
}

TEST_F(lagging_view, says_404_after_one_look_behind) {
  auto r = client.get(path_of(strange_id(default_log, now())));
  EXPECT_EQ(r.status, 404);
  EXPECT_EQ(node.caught_up(), (rounds{{default_log, 1}}));
}

TEST_F(lagging_view, asks_nobody_about_what_it_shows_or_what_nobody_was_given) {
  auto id = submit_one();
  EXPECT_EQ(client.get(path_of(id)).status, 200);
  EXPECT_EQ(client.get(path_of(id, "/artifacts/nothing")).status, 404);
  EXPECT_EQ(client.get("/api/v1/jobs/no-id").status, 404);
  EXPECT_EQ(client.get("/api/v1/nothing").status, 404);
  auto later = strange_id(default_log, now() + std::chrono::hours{1'000});
  EXPECT_EQ(client.get(path_of(later)).status, 404);
  EXPECT_EQ(client.send("DELETE", path_of(id)).status, 409);
  client.post(path_of(id, "/cancel"), "");
  EXPECT_EQ(client.send("DELETE", path_of(id)).status, 204);
  EXPECT_EQ(client.get(path_of(id)).status, 410);
  EXPECT_TRUE(node.caught_up().empty());
}

TEST_F(lagging_view, says_503_while_nobody_leads) {
  node.break_catch_up(true);
  node.lag_in({default_log});
  auto id = submit_one();
  auto r = client.get(path_of(id));
  EXPECT_EQ(r.status, 503);
  EXPECT_EQ(r.json()["code"], "unavailable");
  EXPECT_FALSE(r.header("Retry-After").empty());
  node.break_catch_up(false);
  EXPECT_EQ(client.get(path_of(id)).status, 200);
}

TEST_F(lagging_view, looks_for_the_queue_of_a_log_that_it_does_not_know) {
  constexpr log_number new_log{77};
  const auto id = strange_id(new_log, now());
  EXPECT_EQ(client.get(path_of(id)).status, 404);
  EXPECT_EQ(client.post(path_of(id, "/cancel"), "").status, 404);
  EXPECT_EQ(node.caught_up(), (rounds{{control_log, 2}}));
  node.lag_in({control_log});
  const queue_definition made{"new", {new_log}, {}, {}};
  ASSERT_TRUE(
      node.wish(control_log, put_record{queue_record_key("new"), to_json_text(made), 0, {}}));
  job_spec spec;
  spec.id = id;
  spec.kind = "noop";
  spec.queue = "new";
  ASSERT_TRUE(node.wish(new_log, submit{spec}));
  EXPECT_EQ(client.get(path_of(id)).status, 200);
  EXPECT_EQ(node.caught_up(), (rounds{{control_log, 3}, {new_log, 1}}));
}

TEST_F(lagging_view, knows_a_queue_that_another_gateway_has_made) {
  const queue_definition made{"new", {default_log}, {}, {}};
  const put_record wish{queue_record_key("new"), to_json_text(made), 0, {}};
  node.lag_in({control_log});
  ASSERT_TRUE(node.wish(control_log, wish));
  EXPECT_EQ(client.get("/api/v1/queues/new").status, 200);
  const put_record again{queue_record_key("new"), to_json_text(made), {}, {}};
  for (std::string_view target : {"/api/v1/jobs?queue=new", "/api/v1/queues/new"}) {
    ASSERT_TRUE(node.wish(control_log, delete_record{again.key, {}}));
    node.lag_in({control_log});
    ASSERT_TRUE(node.wish(control_log, again));
    EXPECT_EQ(client.get(target).status, 200) << target;
  }
  ASSERT_TRUE(node.wish(control_log, delete_record{again.key, {}}));
  node.lag_in({control_log});
  ASSERT_TRUE(node.wish(control_log, again));
  EXPECT_EQ(client.post("/api/v1/jobs", R"({"kind":"noop","queue":"new"})").status, 202);
  EXPECT_EQ(client.post("/api/v1/jobs", R"({"kind":"noop","queue":"none"})").status, 400);
}

TEST_F(lagging_view, resumes_a_queue_that_another_gateway_has_just_paused) {
  node.lag_in({control_log});
  queue_definition paused{"default", {default_log}, {}, {}};
  paused.settings.paused = true;
  ASSERT_TRUE(node.wish(control_log,
                        put_record{queue_record_key("default"), to_json_text(paused), {}, {}}));
  ASSERT_EQ(client.post("/api/v1/queues/default/resume", "{}").status, 200);
  EXPECT_EQ(client.get("/api/v1/queues/default").json()["paused"], false);
}

TEST_F(lagging_view, shows_a_set_right_after_its_upload) {
  for (std::string_view below : {"/queue-status", "/explanation-status", "", ".csv", ".jsonl"}) {
    const auto set = "/admin/sets/s" + std::to_string(below.size()) + "/questions";
    const auto known = client.get(set + std::string{below}).body;
    node.lag_in({questions_log});
    ASSERT_EQ(post_json("POST", set + "/bulk-upload", one_question).status, 202);
    auto shown = client.get(set + std::string{below});
    EXPECT_EQ(shown.status, 200);
    EXPECT_NE(shown.body, known) << below;
  }
}

TEST_F(lagging_view, shows_and_changes_a_question_right_after_its_upload) {
  auto upload = [&](const std::string& set) {
    node.lag_in({questions_log});
    auto r = post_json("POST", "/admin/sets/" + set + "/questions/bulk-upload", one_question);
    return "/admin/questions/" + r.json()["data"][0]["id"].get<std::string>();
  };
  EXPECT_EQ(client.get(upload("a")).status, 200);
  EXPECT_EQ(client.get(upload("b") + "/explanation-status").status, 200);
  EXPECT_EQ(client.post(upload("c") + "/regenerate", "").status, 202);
  auto answered = upload("d");
  EXPECT_EQ(post_json("PUT", answered + "/explanation", R"({"explanation":"So."})").status, 200);
  upload("e");
  auto cancelled = client.post("/admin/sets/e/questions/cancel", "");
  EXPECT_EQ(cancelled.json()["data"]["cancelled"], 1);
}

TEST_F(lagging_view, shows_a_group_and_a_container_right_after_their_first_job) {
  node.lag_in({default_log});
  submit_one(R"({"kind":"noop","group":"g"})");
  EXPECT_EQ(client.get("/api/v1/jobs?queue=default&group=g").json()["jobs"].size(), 1U);
  EXPECT_EQ(node.caught_up(), (rounds{{default_log, 1}}));
  EXPECT_EQ(client.get("/api/v1/jobs?group=g&status=failed").json()["jobs"].size(), 0U);
  EXPECT_EQ(node.caught_up(), (rounds{{default_log, 1}}));
  auto home = log_of(submit_one(R"({"kind":"document.parse","group":"c"})"));
  node.lag_in({home});
  submit_one(R"({"kind":"document.parse","group":"c2"})");
  EXPECT_EQ(client.get("/api/v1/containers/c/documents").json()["documents"].size(), 1U);
  EXPECT_EQ(node.caught_up(), (rounds{{default_log, 1}}));
  client.get("/api/v1/containers/unknown/documents");
  EXPECT_EQ(node.caught_up().size(), 2U);
}

TEST_F(lagging_view, changes_all_jobs_that_a_filter_means) {
  node.lag_in({default_log});
  auto id = submit_one(R"({"kind":"noop","group":"g"})");
  auto r = client.post("/api/v1/jobs/bulk",
                       R"({"action":"cancel","filter":{"group":"g","queue":"default"}})");
  EXPECT_EQ(r.json()["done"], 1) << r.body;
  node.lag_in({default_log});
  client.post(path_of(id, "/retry"), "");
  const json named{{"action", "cancel"}, {"dry_run", true}, {"ids", {to_string(id)}}};
  r = client.post("/api/v1/jobs/bulk", named.dump());
  EXPECT_EQ(r.json()["jobs"][0]["status"], "pending") << r.body;
}

TEST_F(lagging_view, repeats_the_answer_that_another_gateway_gave_to_the_same_key) {
  const header_list key{{"Idempotency-Key", "k-1"}};
  const std::string body = R"({"kind":"noop"})";
  node.lag_in({control_log});
  auto first = client.post("/api/v1/jobs", body, key);
  ASSERT_EQ(first.status, 202);
  auto again = client.post("/api/v1/jobs", body, key);
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
}

TEST_F(lagging_view, knows_a_prompt_that_another_gateway_has_made) {
  node.lag_in({questions_log});
  const system_prompt made{2, "Be brief.", now()};
  ASSERT_TRUE(
      node.wish(questions_log, put_record{prompt_key(made.version), to_record_text(made), 0, {}}));
  auto r = client.post("/admin/system-prompts/explanation/rollback", R"({"version":2})");
  EXPECT_EQ(r.status, 200) << r.body;
}

} // namespace
} // namespace dure::gateway::test
