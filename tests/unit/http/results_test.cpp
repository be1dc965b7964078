#include "tests/unit/http/served_node.hpp"

#include <zlib.h>

namespace dure::gateway::test {

namespace {

class results_over_http : public served_node {
protected:
  /// Returns a completed job with this result.
  job_id completed(job_result outcome) {
    auto id = submit_one();
    node.start(id);
    node.complete_job(id, std::move(outcome));
    return id;
  }

  job_id completed_with_blob(std::string json) {
    last_blob = node.stored_files().add(std::move(json), "application/json");
    return completed({{}, last_blob, {}});
  }

  blob_ref last_blob;
};

std::string large_json(std::size_t bytes) {
  std::string json = R"({"pages":[)";
  for (int page = 0; json.size() < bytes; ++page)
    json += std::string{page ? "," : ""} + R"({"page":)" + std::to_string(page) +
            R"(,"text":"여러 쪽에 걸친 글"})";
  return json + "]}";
}

std::string gunzipped(std::string_view bytes) {
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, 15 + 16), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  char step[65536];
  int state = Z_OK;
  while (state == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(step);
    z.avail_out = sizeof step;
    state = inflate(&z, Z_NO_FLUSH);
    out.append(step, sizeof step - z.avail_out);
  }
  inflateEnd(&z);
  EXPECT_EQ(state, Z_STREAM_END);
  return out;
}

TEST_F(results_over_http, gives_an_inline_result_on_both_routes) {
  auto id = completed({R"({"answer":42})", {}, {}});
  for (const auto& path : {path_of(id, "/result"), "/jobs/" + to_string(id) + "/result"}) {
    auto r = client.get(path);
    ASSERT_EQ(r.status, 200);
    EXPECT_EQ(r.json()["job_id"], to_string(id));
    EXPECT_EQ(r.json()["result"]["answer"], 42);
    EXPECT_EQ(client.get(path, {{"If-None-Match", r.header("ETag")}}).status, 304);
  }
}

TEST_F(results_over_http, says_what_the_job_is_doing_instead) {
  auto id = submit_one();
  auto r = client.get(path_of(id, "/result"));
  EXPECT_EQ(r.status, 409);
  EXPECT_NE(r.json()["detail"].get<std::string>().find("pending"), std::string::npos);
}

TEST_F(results_over_http, streams_a_large_result_whole) {
  auto json = large_json(3'000'000);
  auto id = completed_with_blob(json);
  auto r = client.get(path_of(id, "/result"));
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(r.body, R"({"job_id":")" + to_string(id) + R"(","result":)" + json + "}");
  EXPECT_EQ(r.header("Content-Length"), std::to_string(r.body.size()));
  EXPECT_EQ(client.get(path_of(id, "/result"), {{"If-None-Match", r.header("ETag")}}).status, 304);
}

TEST_F(results_over_http, compresses_when_asked) {
  auto json = large_json(2'000'000);
  auto id = completed_with_blob(json);
  auto plain = client.get(path_of(id, "/result"));
  auto r = client.get(path_of(id, "/result"), {{"Accept-Encoding", "gzip"}});
  ASSERT_EQ(r.header("Content-Encoding"), "gzip");
  EXPECT_LT(r.body.size(), json.size() / 4);
  EXPECT_EQ(gunzipped(r.body), plain.body);
  auto queue = client.get("/api/v1/queues/default", {{"Accept-Encoding", "gzip"}});
  EXPECT_TRUE(queue.header("Content-Encoding").empty()) << "less than a kilobyte";
  auto inline_id = completed({large_json(8'000), {}, {}});
  auto small = client.get(path_of(inline_id, "/result"), {{"Accept-Encoding", "gzip"}});
  ASSERT_EQ(small.header("Content-Encoding"), "gzip");
  EXPECT_EQ(gunzipped(small.body), client.get(path_of(inline_id, "/result")).body);
}

TEST_F(results_over_http, tells_head_what_get_would_give) {
  auto id = completed_with_blob(large_json(100'000));
  auto got = client.get(path_of(id, "/result"));
  auto head = client.send("HEAD", path_of(id, "/result"));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(got.body.size()));
  EXPECT_EQ(head.header("ETag"), got.header("ETag"));
  EXPECT_EQ(client.get(path_of(id)).status, 200) << "the connection is still in step";
}

TEST_F(results_over_http, says_gone_when_the_file_was_lost) {
  auto id = completed_with_blob(large_json(100'000));
  node.stored_files().lose(last_blob);
  auto r = client.get(path_of(id, "/result"));
  EXPECT_EQ(r.status, 410);
  EXPECT_EQ(r.json()["code"], "blob_lost");
}

TEST_F(results_over_http, opens_a_stored_file_once_however_long_it_is) {
  auto id = completed_with_blob(large_json(3'000'000));
  EXPECT_EQ(client.get(path_of(id, "/result")).status, 200);
  EXPECT_EQ(node.stored_files().opened(), 1U);
  EXPECT_TRUE(eventually([&] { return node.stored_files().unfinished() == 0; }));
}

TEST_F(results_over_http, says_that_a_small_file_is_damaged) {
  auto id = completed_with_blob(large_json(100'000));
  node.stored_files().damage(last_blob);
  EXPECT_EQ(client.get(path_of(id, "/result")).status, 500);
}

TEST_F(results_over_http, never_lets_a_damaged_file_look_complete) {
  auto id = completed_with_blob(large_json(2'000'000));
  node.stored_files().damage(last_blob);
  client.write("GET " + path_of(id, "/result") + " HTTP/1.1\r\nHost: a\r\n\r\n");
  auto raw = client.read_all();
  auto length = raw.find("Content-Length: ");
  auto promised = std::stoul(raw.substr(length + 16));
  EXPECT_LT(raw.size() - raw.find("\r\n\r\n") - 4, promised);
}

} // namespace
} // namespace dure::gateway::test
