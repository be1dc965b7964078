#include "actors/core/blob_uses.hpp"
#include "tests/unit/http/served_node.hpp"

#include <sstream>
#include <thread>

namespace dure::gateway::test {
namespace {

class artifacts_over_http : public served_node {
protected:
  /// Starts a job and lets its attempt make one file.
  lease start_with_file(const std::string& name, std::string bytes, std::string media_type) {
    auto of = node.start(submit_one());
    make(of, name, std::move(bytes), std::move(media_type));
    return of;
  }

  void make(const lease& of, const std::string& name, std::string bytes, std::string media_type) {
    auto blob = node.stored_files().add(std::move(bytes), std::move(media_type));
    last_blob = blob;
    auto told = node.wish(log_of(of.job), add_artifacts{of, {{name, blob}}});
    ASSERT_TRUE(told) << told.error().context;
  }

  void say(const lease& of, std::uint64_t place, const std::string& message) {
    node.tell_line(
        {of.job, of.attempt, log_number_of(of.attempt, place), timestamp{}, "info", message});
  }

  void keep_said(const lease& of, std::uint64_t place, const std::string& message) {
    auto n = log_number_of(of.attempt, place);
    auto blob = node.stored_files().add(R"({"n":)" + std::to_string(n) + R"(,"message":")" +
                                            message + "\"}\n",
                                        "application/x-ndjson");
    last_blob = blob;
    ASSERT_TRUE(node.wish(log_of(of.job), keep_log{of, blob}));
  }

  /// Returns the messages of a log, once there are `count` of them.
  std::vector<std::string> messages(const job_id& id, std::size_t count,
                                    const std::string& query = "") {
    std::vector<std::string> found;
    eventually([&] {
      found.clear();
      auto r = client.get(path_of(id, "/logs" + query));
      EXPECT_EQ(r.status, 200);
      std::istringstream lines{r.body};
      for (std::string line; std::getline(lines, line);)
        found.push_back(nlohmann::json::parse(line)["message"]);
      return found.size() >= count;
    });
    return found;
  }

  blob_ref last_blob;
};

TEST_F(artifacts_over_http, are_listed_while_the_job_runs) {
  auto of = start_with_file("text.txt", "hello", "text/plain");
  auto r = client.get(path_of(of.job, "/artifacts"));
  ASSERT_EQ(r.status, 200);
  auto list = r.json()["artifacts"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["name"], "text.txt");
  EXPECT_EQ(list[0]["bytes"], 5);
  EXPECT_EQ(list[0]["media_type"], "text/plain");
  EXPECT_EQ(list[0]["sha256"], last_blob.sha256);
  EXPECT_EQ(client.get(path_of(of.job, "/artifacts"), {{"If-None-Match", r.header("ETag")}}).status,
            304);
}

TEST_F(artifacts_over_http, are_still_there_when_the_job_failed) {
  auto of = start_with_file("page-1", "one", "text/plain");
  node.fail_job(of.job, "damaged", false);
  EXPECT_EQ(client.get(path_of(of.job, "/artifacts")).json()["artifacts"].size(), 1U);
  EXPECT_EQ(client.get(path_of(of.job, "/artifacts/page-1")).body, "one");
}

TEST_F(artifacts_over_http, come_as_files_that_no_browser_runs) {
  auto of = start_with_file("논문.html", "<script>", "text/html");
  auto r = client.get(path_of(of.job, "/artifacts/%EB%85%BC%EB%AC%B8.html"));
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(r.body, "<script>");
  EXPECT_EQ(r.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(r.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(r.header("Content-Disposition"),
            "attachment; filename=\"__.html\"; filename*=UTF-8''%EB%85%BC%EB%AC%B8.html");
}

TEST_F(artifacts_over_http, come_in_parts) {
  std::string bytes;
  while (bytes.size() < 1'500'000)
    bytes += std::to_string(bytes.size()) + " ";
  auto of = start_with_file("big.txt", bytes, "text/plain");
  auto path = path_of(of.job, "/artifacts/big.txt");
  auto whole = client.get(path, {{"Accept-Encoding", "gzip"}});
  ASSERT_EQ(whole.status, 200);
  EXPECT_TRUE(whole.header("Content-Encoding").empty());
  EXPECT_EQ(whole.body, bytes);
  for (auto [from, length] : {std::pair<std::size_t, std::size_t>{0, 1}, {7, 900'000}}) {
    auto range = "bytes=" + std::to_string(from) + "-" + std::to_string(from + length - 1);
    auto r = client.get(path, {{"Range", range}});
    EXPECT_EQ(r.status, 206);
    EXPECT_EQ(r.body, bytes.substr(from, length));
    EXPECT_EQ(r.header("Content-Length"), std::to_string(length));
  }
  auto tail = client.get(path, {{"Range", "bytes=-10"}, {"If-Range", whole.header("ETag")}});
  EXPECT_EQ(tail.status, 206);
  EXPECT_EQ(tail.body, bytes.substr(bytes.size() - 10));
  auto outside = client.get(path, {{"Range", "bytes=9999999-"}});
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.header("Content-Range"), "bytes */" + std::to_string(bytes.size()));
  EXPECT_EQ(client.get(path, {{"If-None-Match", whole.header("ETag")}}).status, 304);
}

TEST_F(artifacts_over_http, may_be_empty) {
  auto of = start_with_file("empty", "", "text/plain");
  auto r = client.get(path_of(of.job, "/artifacts/empty"));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.header("Content-Length"), "0");
}

TEST_F(artifacts_over_http, are_not_found_or_lost_by_name) {
  auto of = start_with_file("text.txt", "hello", "text/plain");
  EXPECT_EQ(client.get(path_of(of.job, "/artifacts/other")).status, 404);
  EXPECT_EQ(client.get("/api/v1/jobs/nonsense/artifacts").status, 404);
  node.stored_files().lose(last_blob);
  auto r = client.get(path_of(of.job, "/artifacts/text.txt"));
  EXPECT_EQ(r.status, 410);
  EXPECT_EQ(r.json()["code"], "blob_lost");
}

TEST_F(artifacts_over_http, go_with_their_job) {
  auto of = start_with_file("text.txt", "hello", "text/plain");
  EXPECT_EQ(client.send("DELETE", path_of(of.job)).status, 409) << "it runs";
  node.fail_job(of.job, "damaged", false);
  EXPECT_EQ(client.send("DELETE", path_of(of.job)).status, 204);
  EXPECT_EQ(client.get(path_of(of.job, "/artifacts")).status, 410);
  auto used = queries::is_blob_used(node.view(), log_of(of.job), last_blob.sha256);
  ASSERT_TRUE(used);
  EXPECT_FALSE(*used);
}

TEST_F(artifacts_over_http, logs_show_what_every_attempt_said) {
  auto of = node.start(submit_one());
  EXPECT_TRUE(messages(of.job, 0).empty());
  keep_said(of, 1, "first try");
  node.fail_job(of.job, "broken", false);
  ASSERT_TRUE(node.wish(log_of(of.job), retry{of.job}));
  auto second = node.start(of.job);
  say(second, 1, "second try");
  say(second, 2, "goes on");
  EXPECT_EQ(messages(of.job, 3), (std::vector<std::string>{"first try", "second try", "goes on"}));
  EXPECT_EQ(messages(of.job, 1, "?after=2000001"), std::vector<std::string>{"goes on"});
  EXPECT_EQ(messages(of.job, 2, "?after=1000001").size(), 2U);
  EXPECT_EQ(client.get(path_of(of.job, "/logs?after=x")).status, 400);
}

TEST_F(artifacts_over_http, followed_logs_end_when_the_server_stops) {
  auto of = node.start(submit_one());
  say(of, 1, "still at it");
  client.write("GET " + path_of(of.job, "/logs?follow=true") + " HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  const auto begun = std::chrono::steady_clock::now();
  served.stop(std::chrono::seconds{8});
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{4});
  EXPECT_TRUE(client.read_all().ends_with("0\r\n\r\n"));
}

TEST_F(artifacts_over_http, logs_leave_out_what_was_lost) {
  auto of = node.start(submit_one());
  keep_said(of, 1, "first try");
  node.stored_files().lose(last_blob);
  EXPECT_EQ(client.get(path_of(of.job, "/logs")).status, 200);
}

TEST_F(artifacts_over_http, logs_are_followed_to_the_end_of_the_job) {
  auto of = node.start(submit_one());
  say(of, 1, "one");
  EXPECT_EQ(messages(of.job, 1).size(), 1U);
  client.write("GET " + path_of(of.job, "/logs?follow=true") + " HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  say(of, 2, "two");
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  keep_said(of, 3, "three");
  node.fail_job(of.job, "broken", false);
  auto r = client.read();
  EXPECT_EQ(r.status, 200);
  for (const char* word : {"one", "two", "three"})
    EXPECT_NE(r.body.find(word), std::string::npos) << word << " in " << r.body;
  EXPECT_EQ(client.get(path_of(of.job)).status, 200) << "the connection is still in step";
}

} // namespace
} // namespace dure::gateway::test
