#include "tests/unit/http/served_node.hpp"

#include <set>

namespace dure::gateway::test {

namespace {

class lists_over_http : public served_node {
protected:
  /// Submits `count` jobs and returns their ids.
  std::set<std::string> submit_many(int count, const std::string& fields) {
    nlohmann::json body = nlohmann::json::array();
    for (int i = 0; i < count; ++i)
      body.push_back(nlohmann::json::parse("{" + fields + "}"));
    std::set<std::string> ids;
    auto taken = client.post("/api/v1/jobs", body.dump()).json();
    for (const auto& one : taken["jobs"])
      ids.insert(one["job_id"].get<std::string>());
    return ids;
  }

  /// Walks all pages by their `next` and returns the ids in order.
  std::vector<std::string> walk(const std::string& target) {
    std::vector<std::string> ids;
    std::string cursor;
    do {
      auto page = client.get(target + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
      for (const auto& one : page["jobs"])
        ids.push_back(one["job_id"].get<std::string>());
      cursor = page["next"].is_null() ? "" : page["next"].get<std::string>();
    } while (!cursor.empty());
    return ids;
  }
};

TEST_F(lists_over_http, walks_every_job_once_by_cursor_over_all_logs) {
  auto ids = submit_many(23, R"("kind":"document.parse")");
  ids.merge(submit_many(20, R"("kind":"noop")"));
  for (auto order : {"created_at", "-created_at", "status", "-status"}) {
    auto walked = walk("/api/v1/jobs?limit=7&order_by=" + std::string{order});
    EXPECT_EQ(walked.size(), 43U) << order;
    EXPECT_EQ(std::set<std::string>(walked.begin(), walked.end()), ids) << order;
  }
}

TEST_F(lists_over_http, keeps_its_order_while_jobs_come_and_go) {
  submit_many(10, R"("kind":"noop")");
  auto first = client.get("/api/v1/jobs?limit=5").json();
  submit_many(10, R"("kind":"noop")");
  auto second =
      client.get("/api/v1/jobs?limit=5&cursor=" + first["next"].get<std::string>()).json();
  std::set<std::string> seen;
  for (const auto& page : {first, second})
    for (const auto& one : page["jobs"])
      seen.insert(one["job_id"].get<std::string>());
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_TRUE(second["next"].is_null());
}

TEST_F(lists_over_http, filters_and_counts) {
  submit_many(4, R"("kind":"noop","group":"g1")");
  submit_many(3, R"("kind":"sleep","group":"g2")");
  auto cancelled = id_in(client.post("/api/v1/jobs", R"({"kind":"noop","group":"g1"})"));
  client.post(path_of(cancelled, "/cancel"), "");
  auto total = [&](const std::string& query) {
    auto page = client.get("/api/v1/jobs?" + query).json();
    EXPECT_EQ(page["total"], page["jobs"].size()) << query;
    return page["jobs"].size();
  };
  EXPECT_EQ(total("queue=default"), 8U);
  EXPECT_EQ(total("kind=sleep"), 3U);
  EXPECT_EQ(total("group=g1"), 5U);
  EXPECT_EQ(total("group=g1&status=pending"), 4U);
  EXPECT_EQ(total("status=cancelled"), 1U);
  EXPECT_EQ(total("queue=questions"), 0U);
  auto legacy = client.get("/api/v1/jobs?status=uploaded").json();
  EXPECT_EQ(legacy["jobs"].size(), 7U);
  EXPECT_TRUE(legacy["total"].is_null());
  auto future = client.get("/api/v1/jobs?created_after=2999-01-01T00:00:00Z").json();
  EXPECT_EQ(future["jobs"].size(), 0U);
}

TEST_F(lists_over_http, skips_by_offset) {
  auto ids = submit_many(9, R"("kind":"noop")");
  auto all = walk("/api/v1/jobs?limit=100");
  auto page = client.get("/api/v1/jobs?limit=3&offset=4").json();
  ASSERT_EQ(page["jobs"].size(), 3U);
  EXPECT_EQ(page["jobs"][0]["job_id"], all[4]);
  EXPECT_EQ(client.get("/api/v1/jobs?offset=9").json()["jobs"].size(), 0U);
  EXPECT_EQ(client.get("/api/v1/jobs?offset=99").json()["jobs"].size(), 0U);
}

TEST_F(lists_over_http, links_to_pages_that_can_be_followed) {
  submit_many(5, R"("kind":"noop","group":"a b&c")");
  auto r = client.get("/api/v1/jobs?group=a%20b%26c&limit=2");
  auto link = r.header("Link");
  auto next = link.find("rel=\"first\", <") + 14;
  auto followed = client.get(link.substr(next, link.find('>', next) - next));
  ASSERT_EQ(followed.status, 200) << followed.body;
  EXPECT_EQ(followed.json()["jobs"].size(), 2U);
  EXPECT_NE(followed.json()["jobs"], r.json()["jobs"]);
}

TEST_F(lists_over_http, finds_by_tag_and_by_text) {
  submit_many(3, R"("kind":"noop","tags":["red","여름"])");
  submit_many(2, R"("kind":"noop","tags":["blue"],"group":"Winter")");
  auto found = [&](const std::string& query) {
    auto page = client.get("/api/v1/jobs?" + query).json();
    EXPECT_TRUE(page["total"].is_null()) << query;
    return page["jobs"].size();
  };
  EXPECT_EQ(found("tag=red"), 3U);
  EXPECT_EQ(found("tag=re"), 0U);
  EXPECT_EQ(found("q=wint"), 2U);
  EXPECT_EQ(found("q=%EC%97%AC%EB%A6%84"), 3U);
  EXPECT_EQ(found("q=noop&tag=blue&status=pending"), 2U);
}

TEST_F(lists_over_http, mixes_native_and_legacy_words) {
  submit_many(2, R"("kind":"noop")");
  auto cancelled = id_in(client.post("/api/v1/jobs", R"({"kind":"noop"})"));
  client.post(path_of(cancelled, "/cancel"), "");
  auto page = client.get("/api/v1/jobs?status=uploaded,cancelled").json();
  EXPECT_EQ(page["jobs"].size(), 3U);
  EXPECT_EQ(client.get("/api/v1/jobs?status=processing").json()["jobs"].size(), 0U);
}

TEST_F(lists_over_http, refuses_what_it_does_not_know) {
  for (auto query : {"colour=a", "q=", "limit=501", "status=unknown", "cursor=zzz"})
    EXPECT_EQ(client.get("/api/v1/jobs?" + std::string{query}).status, 400) << query;
}

} // namespace
} // namespace dure::gateway::test
