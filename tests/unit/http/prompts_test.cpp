#include "actors/core/question_queries.hpp"
#include "tests/unit/http/served_node.hpp"

#include <algorithm>

namespace dure::gateway::test {

namespace {

using nlohmann::json;

constexpr std::string_view prompts = "/admin/system-prompts/explanation";

/// A node whose questions a model explains.
class prompts_over_http : public served_node {
protected:
  prompts_over_http() : served_node{{}, {"openai", "gpt-4o", "settings", true}} {}

  reply put(const std::string& content) {
    return client.send("PUT", prompts, json{{"content", content}}.dump(),
                       {{"Content-Type", "application/json"}});
  }

  reply roll_back(std::uint64_t version, const header_list& more = {}) {
    return client.post(std::string{prompts} + "/rollback", json{{"version", version}}.dump(), more);
  }

  json active() { return client.get(prompts).json()["data"]; }

  json upload(const std::string& set, const std::string& text) {
    const json q{{"questionText", text}, {"option1", "a"}, {"option2", "b"}, {"correctAnswer", 1}};
    auto r = client.post("/admin/sets/" + set + "/questions/bulk-upload",
                         json{{"questions", json::array({q})}}.dump());
    EXPECT_EQ(r.status, 202) << r.body;
    return r.json()["data"][0];
  }

  job_id job_of(const json& data) {
    const question_id id{*parse_uuid(data["id"].get<std::string>())};
    auto q = queries::find_question(node.view(), id);
    EXPECT_TRUE(q);
    return q ? q->job : job_id{};
  }

  /// Returns what a worker is handed as the prompt of this question.
  json handed(const json& data) {
    // The same claim again would be answered with the same lease.
    const claim_id id{make_random_uuid(8, ++claims_)};
    claim request{id, "node-a", boot_id{}, {{"question.explain", 1}}};
    auto outcome = node.wish(questions_log, request);
    EXPECT_TRUE(outcome);
    const auto& grants = std::get<granted>(*outcome).grants;
    EXPECT_EQ(grants.size(), 1U);
    EXPECT_EQ(grants.at(0).spec.id, job_of(data));
    return json::parse(grants.at(0).spec.input)["prompt"];
  }

private:
  std::uint64_t claims_ = 0;
};

TEST_F(prompts_over_http, begins_with_the_built_in_version) {
  const auto listed = client.get("/admin/system-prompts").json();
  EXPECT_EQ(listed["success"], true);
  ASSERT_EQ(listed["data"].size(), 1U);
  EXPECT_EQ(listed["data"][0], active());
  EXPECT_EQ(active()["name"], "explanation");
  EXPECT_EQ(active()["version"], 1);
  EXPECT_EQ(active()["content"], default_prompt);
  EXPECT_TRUE(active()["createdAt"].is_null());
}

TEST_F(prompts_over_http, a_new_content_is_a_new_version_and_the_same_is_not) {
  auto first = put("Explain briefly.\nIn two lines.");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json()["data"]["version"], 2);
  EXPECT_EQ(active(), first.json()["data"]);
  EXPECT_EQ(put("Explain briefly.\nIn two lines.").json(), first.json());
  EXPECT_EQ(put("Explain at length.").json()["data"]["version"], 3);
  EXPECT_EQ(put("Explain briefly.\nIn two lines.").json(), first.json());
  EXPECT_EQ(put(std::string{default_prompt}).json()["data"]["version"], 1);
}

TEST_F(prompts_over_http, shows_its_history_newest_first_and_goes_back_in_it) {
  for (int i = 2; i <= 12; ++i)
    ASSERT_EQ(put("Content " + std::to_string(i)).json()["data"]["version"], i);
  auto page = client.get(std::string{prompts} + "/history?limit=10").json();
  EXPECT_EQ(page["total"], 12);
  ASSERT_EQ(page["data"].size(), 10U);
  EXPECT_EQ(page["data"][0]["version"], 12);
  EXPECT_EQ(page["data"][0]["active"], true);
  EXPECT_EQ(page["data"][1]["content"], "Content 11");
  const auto cursor = page["next"].get<std::string>();
  page = client.get(std::string{prompts} + "/history?cursor=" + cursor).json();
  ASSERT_EQ(page["data"].size(), 2U);
  EXPECT_EQ(page["data"][1]["content"], default_prompt);
  EXPECT_TRUE(page["next"].is_null());
  auto back = roll_back(4);
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(active()["content"], "Content 4");
  EXPECT_EQ(put("Content 13").json()["data"]["version"], 13);
  EXPECT_EQ(roll_back(14).status, 404);
}

TEST_F(prompts_over_http, a_repeated_keyed_rollback_leaves_what_came_after_it) {
  put("Two");
  put("Three");
  const header_list key{{"Idempotency-Key", "back"}};
  EXPECT_EQ(roll_back(2, key).status, 200);
  EXPECT_EQ(roll_back(3).status, 200);
  EXPECT_EQ(roll_back(2, key).json()["data"]["version"], 2);
  EXPECT_EQ(active()["version"], 3);
}

TEST_F(prompts_over_http, a_worker_is_handed_the_version_that_was_active) {
  const auto by_default = upload("a", "First?");
  const auto spec = node.read(job_of(by_default)).spec;
  EXPECT_EQ(spec.tags, std::vector<std::string>{"charged"});
  EXPECT_TRUE(handed(by_default).is_null());
  const auto created_at = put("Explain briefly.").json()["data"]["createdAt"];
  EXPECT_EQ(handed(upload("a", "Second?")), (json{{"name", "explanation"},
                                                  {"version", 2},
                                                  {"content", "Explain briefly."},
                                                  {"created_at", created_at}}));
}

TEST_F(prompts_over_http, an_explanation_is_used_again_under_the_same_version_only) {
  const auto explained = upload("a", "Same?");
  const auto job = job_of(explained);
  node.start(job);
  node.complete_job(job, {R"({"explanation":"So.","provider":"openai"})", {}, {}});
  EXPECT_EQ(upload("b", "Same?")["explanationStatus"], "completed");
  put("Explain briefly.");
  EXPECT_EQ(upload("c", "Same?")["explanationStatus"], "pending");
  roll_back(1);
  EXPECT_EQ(upload("d", "Same?")["explanationStatus"], "completed");
}

TEST_F(prompts_over_http, refuses_a_change_of_another_version_than_expected) {
  put("Two");
  const auto wish = [this](std::uint64_t expected) {
    return client.send("PUT", prompts,
                       json{{"content", "Three"}, {"expectedVersion", expected}}.dump(),
                       {{"Content-Type", "application/json"}});
  };
  auto refused = wish(1);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.json()["code"], "version_mismatch");
  EXPECT_EQ(active()["content"], "Two");
  EXPECT_EQ(wish(2).json()["data"]["version"], 3);
}

/// The record of a number is put by whoever is first; an unlucky request looks again.
TEST_F(prompts_over_http, takes_the_next_number_when_somebody_was_faster) {
  bool met = false;
  node.break_commands([&](const command& c) {
    const auto* wish = std::get_if<put_record>(&c.body);
    if (met || wish == nullptr || wish->key != "prompt/explanation/2")
      return false;
    met = true;
    const std::string other =
        R"({"name":"explanation","version":2,"content":"Other","created_at":"2026-01-01T00:00:00.000Z"})";
    EXPECT_TRUE(node.wish(questions_log, put_record{wish->key, other, 0, {}}));
    return false;
  });
  EXPECT_EQ(put("Mine").json()["data"]["version"], 3);
  EXPECT_TRUE(met);
  EXPECT_EQ(roll_back(2).json()["data"]["content"], "Other");
}

TEST_F(prompts_over_http, says_what_is_wrong_with_a_request) {
  for (auto path : {"/admin/system-prompts/other", "/admin/system-prompts/other/history"}) {
    auto absent = client.get(path);
    EXPECT_EQ(absent.status, 404) << path;
    EXPECT_NE(absent.json()["detail"].get<std::string>().find("explanation"), std::string::npos);
  }
  EXPECT_EQ(put("").status, 400);
  EXPECT_EQ(put(" \n").status, 400);
  EXPECT_EQ(put(std::string(16 * 1024 + 1, 'x')).status, 400);
  EXPECT_EQ(put(std::string(16 * 1024, 'x')).status, 200);
  const auto unknown = client.send("PUT", prompts, R"({"content":"x","colour":"red"})",
                                   {{"Content-Type", "application/json"}});
  EXPECT_EQ(unknown.status, 400);
  EXPECT_NE(unknown.body.find("colour"), std::string::npos);
  EXPECT_EQ(client.post(std::string{prompts} + "/rollback", "{}").status, 400);
  EXPECT_EQ(client.get(std::string{prompts} + "/history?limit=0").status, 400);
  node.break_asks(errc::unavailable);
  EXPECT_EQ(put("Three").status, 503);
}

} // namespace
} // namespace dure::gateway::test
