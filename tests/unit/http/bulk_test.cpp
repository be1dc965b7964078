#include "tests/unit/http/served_node.hpp"

#include <set>

namespace dure::gateway::test {

namespace {

class bulk_over_http : public served_node {
protected:
  reply bulk(const nlohmann::json& body, header_list headers = {}) {
    return client.post("/api/v1/jobs/bulk", body.dump(), headers);
  }

  std::vector<std::string> submit_many(int count, const std::string& fields) {
    nlohmann::json body = nlohmann::json::array();
    for (int i = 0; i < count; ++i)
      body.push_back(nlohmann::json::parse("{" + fields + "}"));
    std::vector<std::string> ids;
    auto taken = client.post("/api/v1/jobs", body.dump()).json();
    for (const auto& one : taken["jobs"])
      ids.push_back(one["job_id"].get<std::string>());
    return ids;
  }

  std::size_t count(const std::string& query) {
    return client.get("/api/v1/jobs?limit=500&" + query).json()["jobs"].size();
  }
};

nlohmann::json filtered(std::string_view action, nlohmann::json filter) {
  return {{"action", action}, {"filter", std::move(filter)}};
}

TEST_F(bulk_over_http, changes_every_job_that_the_filter_names_and_no_other) {
  submit_many(7, R"("kind":"noop","group":"a")");
  submit_many(5, R"("kind":"document.parse","group":"a")");
  submit_many(3, R"("kind":"noop","group":"b")");
  auto r = bulk(filtered("cancel", {{"group", "a"}, {"kind", "noop"}}));
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.json()["matched"], 7);
  EXPECT_EQ(r.json()["done"], 7);
  EXPECT_EQ(r.json()["refused"], 0);
  EXPECT_TRUE(r.json()["next"].is_null());
  EXPECT_EQ(r.json()["jobs"][0]["status"], "cancelled");
  EXPECT_EQ(count("status=cancelled"), 7U);
  EXPECT_EQ(count("status=pending"), 8U);
}

TEST_F(bulk_over_http, retries_deletes_and_reprioritises) {
  auto ids = submit_many(4, R"("kind":"noop","tags":["t"])");
  EXPECT_EQ(bulk(filtered("delete", {{"tag", "t"}})).json()["matched"], 0) << "none has ended";
  auto moved = bulk({{"action", "reprioritise"}, {"priority", 9}, {"ids", {ids[2]}}});
  EXPECT_EQ(moved.json()["jobs"][0]["status"], "pending") << moved.body;
  EXPECT_EQ(client.get("/api/v1/jobs/" + ids[2]).json()["priority"], 9);
  bulk(filtered("cancel", {{"tag", "t"}}));
  EXPECT_EQ(bulk(filtered("retry", {{"tag", "t"}, {"status", "cancelled"}})).json()["done"], 4);
  EXPECT_EQ(count("status=pending"), 4U);
  bulk(filtered("cancel", {{"tag", "t"}}));
  auto deleted = bulk(filtered("delete", nlohmann::json::object()));
  EXPECT_EQ(deleted.json()["jobs"][0]["status"], "deleted");
  EXPECT_EQ(count("tag=t"), 0U);
}

TEST_F(bulk_over_http, answers_for_each_id_in_order) {
  auto ids = submit_many(3, R"("kind":"noop")");
  auto document = submit_many(1, R"("kind":"document.parse")");
  bulk({{"action", "cancel"}, {"ids", {ids[1]}}});
  std::string unknown = "00000000-0000-7000-8000-000000000000";
  auto r = bulk({{"action", "retry"}, {"ids", {ids[0], unknown, ids[1], document[0]}}});
  ASSERT_EQ(r.status, 200) << r.body;
  auto jobs = r.json()["jobs"];
  ASSERT_EQ(jobs.size(), 4U);
  EXPECT_EQ(jobs[0]["error"]["code"], "wrong_state");
  EXPECT_EQ(jobs[1]["job_id"], unknown);
  EXPECT_EQ(jobs[1]["error"]["code"], "gone") << "an id as old as that has expired";
  EXPECT_EQ(jobs[2]["status"], "pending");
  EXPECT_EQ(jobs[3]["job_id"], document[0]);
  EXPECT_EQ(r.json()["done"], 1);
  EXPECT_EQ(r.json()["refused"], 3);
}

TEST_F(bulk_over_http, a_dry_run_says_and_does_nothing) {
  auto ids = submit_many(3, R"("kind":"noop")");
  auto body = filtered("cancel", nlohmann::json::object());
  body["dry_run"] = true;
  auto r = bulk(body).json();
  EXPECT_EQ(r["dry_run"], true);
  EXPECT_EQ(r["matched"], 3);
  EXPECT_EQ(r["done"], 0);
  EXPECT_EQ(r["jobs"][0]["status"], "pending");
  EXPECT_EQ(count("status=pending"), 3U);
  auto wrong = bulk({{"action", "retry"}, {"ids", {ids[0]}}, {"dry_run", true}}).json();
  EXPECT_EQ(wrong["jobs"][0]["error"]["code"], "wrong_state");
}

TEST_F(bulk_over_http, goes_on_where_a_full_request_ended) {
  for (int i = 0; i < 2; ++i)
    submit_many(6'000, R"("kind":"noop")");
  auto body = filtered("cancel", {{"kind", "noop"}});
  auto first = bulk(body).json();
  EXPECT_EQ(first["done"], 10'000);
  ASSERT_TRUE(first["next"].is_string());
  body["cursor"] = first["next"];
  auto second = bulk(body).json();
  EXPECT_EQ(second["done"], 2'000);
  EXPECT_TRUE(second["next"].is_null());
}

TEST_F(bulk_over_http, refuses_what_it_does_not_understand) {
  auto pointer = [&](const nlohmann::json& body) {
    auto r = bulk(body);
    EXPECT_EQ(r.status, 400) << r.body;
    return r.json()["errors"][0]["pointer"].get<std::string>();
  };
  auto all = nlohmann::json::object();
  EXPECT_EQ(pointer({{"filter", all}}), "/action");
  EXPECT_EQ(pointer({{"action", "explode"}, {"filter", all}}), "/action");
  EXPECT_EQ(pointer({{"action", "cancel"}}), "/filter");
  EXPECT_EQ(pointer({{"action", "cancel"}, {"filter", all}, {"ids", {"x"}}}), "/ids");
  EXPECT_EQ(pointer({{"action", "cancel"}, {"ids", nlohmann::json::array()}}), "/ids");
  EXPECT_EQ(pointer({{"action", "cancel"}, {"ids", nullptr}}), "/filter");
  const std::string id = "00000000-0000-7000-8000-000000000000";
  EXPECT_EQ(pointer({{"action", "cancel"}, {"ids", {id}}, {"cursor", "a02" + id}}), "/cursor");
  EXPECT_EQ(pointer(filtered("cancel", {{"colour", "red"}})), "/filter/colour");
  EXPECT_EQ(pointer(filtered("cancel", {{"group", ""}})), "/filter/group");
  EXPECT_EQ(pointer(filtered("reprioritise", all)), "/priority");
  EXPECT_EQ(pointer({{"action", "cancel"}, {"filter", all}, {"priority", 1}}), "/priority");
  EXPECT_EQ(pointer({{"action", "cancel"}, {"filter", all}, {"dry_run", "yes"}}), "/dry_run");
}

TEST_F(bulk_over_http, a_repeated_key_never_does_it_to_another_job) {
  header_list key{{"Idempotency-Key", "bulk-1"}};
  submit_many(2, R"("kind":"noop")");
  // Everything is carried out, but every answer is lost.
  node.break_asks(errc::unknown_outcome, true);
  EXPECT_EQ(bulk(filtered("cancel", {{"kind", "noop"}}), key).status, 503);
  node.break_asks(std::nullopt);
  node.advance(std::chrono::seconds{16});
  submit_many(2, R"("kind":"noop")");
  auto again = bulk(filtered("cancel", {{"kind", "noop"}}), key);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(count("status=cancelled"), 4U);
  auto replayed = bulk(filtered("cancel", {{"kind", "noop"}}), key);
  EXPECT_EQ(replayed.body, again.body);
}

TEST_F(bulk_over_http, says_try_again_when_nobody_leads) {
  submit_many(2, R"("kind":"noop")");
  node.break_commands([](const command& c) { return std::holds_alternative<cancel>(c.body); });
  EXPECT_EQ(bulk(filtered("cancel", {{"kind", "noop"}})).status, 503);
}

} // namespace
} // namespace dure::gateway::test
