#include "tests/unit/http/served_node.hpp"

#include <thread>

namespace dure::gateway::test {

namespace {

using namespace std::chrono_literals;

class keyed_over_http : public served_node {
protected:
  reply post_keyed(const std::string& body, const std::string& key = "k-1",
                   const std::string& target = "/api/v1/jobs") {
    return client.post(target, body, {{"Idempotency-Key", key}});
  }

  std::size_t jobs_in_all() { return client.get("/api/v1/jobs?limit=500").json()["jobs"].size(); }
};

TEST_F(keyed_over_http, gives_the_same_answer_to_the_same_request) {
  auto first = post_keyed(R"({"kind":"noop"})");
  ASSERT_EQ(first.status, 202) << first.body;
  auto again = post_keyed(R"({"kind":"noop"})");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(jobs_in_all(), 1U);
}

TEST_F(keyed_over_http, keeps_its_answer_though_the_job_goes_on) {
  auto first = post_keyed(R"({"kind":"noop"})");
  auto id = id_in(first);
  node.start(id);
  node.complete_job(id, {"{}", {}, {}});
  EXPECT_EQ(post_keyed(R"({"kind":"noop"})").body, first.body);
}

TEST_F(keyed_over_http, refuses_another_body_or_route_under_the_same_key) {
  auto first = post_keyed(R"({"kind":"noop"})");
  EXPECT_EQ(post_keyed(R"({"kind":"sleep"})").status, 422);
  EXPECT_EQ(post_keyed("", "k-1", path_of(id_in(first), "/cancel")).status, 422);
  EXPECT_EQ(post_keyed(R"({"kind":"sleep"})", "k-2").status, 202);
}

TEST_F(keyed_over_http, refuses_keys_that_are_none) {
  EXPECT_EQ(post_keyed(R"({"kind":"noop"})", std::string(300, 'k')).status, 400);
  EXPECT_EQ(jobs_in_all(), 0U);
}

TEST_F(keyed_over_http, says_conflict_while_the_first_is_being_done) {
  http_client other{served.port()};
  // The key is claimed, and nobody hears of it, as if the node had died just then.
  node.break_asks(errc::unknown_outcome, true);
  EXPECT_EQ(post_keyed(R"({"kind":"noop"})").status, 503);
  node.break_asks(std::nullopt);
  auto r = other.post("/api/v1/jobs", R"({"kind":"noop"})", {{"Idempotency-Key", "k-1"}});
  EXPECT_EQ(r.status, 409);
  EXPECT_FALSE(r.header("Retry-After").empty());
}

TEST_F(keyed_over_http, takes_over_when_the_first_has_died_and_creates_nothing_twice) {
  // Everything is carried out, but every answer is lost.
  node.break_asks(errc::unknown_outcome, true);
  EXPECT_EQ(post_keyed(R"([{"kind":"noop"},{"kind":"noop"}])").status, 503);
  node.break_asks(std::nullopt);
  node.advance(16s);
  auto again = post_keyed(R"([{"kind":"noop"},{"kind":"noop"}])");
  ASSERT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(jobs_in_all(), 2U);
  EXPECT_EQ(post_keyed(R"([{"kind":"noop"},{"kind":"noop"}])").body, again.body);
}

TEST_F(keyed_over_http, repeats_a_submit_of_unknown_outcome_with_the_same_ids) {
  std::string body = R"([{"kind":"noop"},{"kind":"sleep"}])";
  // The node dies after the jobs are submitted and before the answer is kept.
  node.break_commands([](const command& c) {
    auto* put = std::get_if<put_record>(&c.body);
    return put != nullptr && put->expected.value_or(0) > 0;
  });
  auto ids = post_keyed(body).json()["jobs"];
  EXPECT_EQ(ids.size(), 2U);
  node.break_commands({});
  node.advance(16s);
  auto again = post_keyed(body);
  EXPECT_EQ(again.status, 202);
  EXPECT_TRUE(again.header("Idempotent-Replayed").empty());
  EXPECT_EQ(again.json()["jobs"], ids);
  EXPECT_EQ(jobs_in_all(), 2U);
}

TEST_F(keyed_over_http, keeps_no_answer_of_a_batch_that_was_taken_in_part) {
  const std::string body = R"([{"kind":"noop"},{"kind":"document.parse"}])";
  node.break_commands([](const command& c) {
    auto* wish = std::get_if<submit>(&c.body);
    return wish != nullptr && wish->spec.kind == "document.parse";
  });
  EXPECT_EQ(client.post("/api/v1/jobs", body).status, 202) << "without a key the ids are told";
  EXPECT_EQ(post_keyed(body).status, 503);
  node.break_commands({});
  auto again = post_keyed(body);
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_TRUE(again.json()["jobs"][1].contains("job_id")) << again.body;
  EXPECT_EQ(jobs_in_all(), 3U);
}

TEST_F(keyed_over_http, lets_go_of_the_key_when_the_client_is_to_try_again) {
  queue_settings full;
  full.version = 100;
  full.depth_max = 0;
  ASSERT_TRUE(node.wish(default_log, configure_queue{full}).has_value());
  EXPECT_EQ(post_keyed(R"({"kind":"noop"})").status, 429);
  full.version = 101;
  full.depth_max.reset();
  ASSERT_TRUE(node.wish(default_log, configure_queue{full}).has_value());
  EXPECT_EQ(post_keyed(R"({"kind":"noop"})").status, 202);
}

TEST_F(keyed_over_http, keeps_refusals_as_well) {
  auto id = submit_one();
  client.post(path_of(id, "/cancel"), "");
  auto refused = post_keyed("", "c", path_of(id, "/cancel"));
  EXPECT_EQ(refused.status, 409);
  client.post(path_of(id, "/retry"), "");
  EXPECT_EQ(post_keyed("", "c", path_of(id, "/cancel")).body, refused.body);
}

TEST_F(keyed_over_http, keeps_the_answer_to_ten_thousand_jobs) {
  std::string body;
  for (int i = 0; i < 10'000; ++i)
    body += "{\"kind\":\"noop\"}\n";
  header_list headers{{"Idempotency-Key", "big"}, {"Content-Type", "application/x-ndjson"}};
  auto first = client.post("/api/v1/jobs", body, headers);
  ASSERT_EQ(first.status, 202);
  auto again = client.post("/api/v1/jobs", body, headers);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(again.body, first.body);
}

TEST_F(keyed_over_http, forgets_after_a_day) {
  auto first = post_keyed(R"({"kind":"noop"})");
  node.advance(25h);
  auto later = post_keyed(R"({"kind":"noop"})");
  EXPECT_EQ(later.status, 202);
  EXPECT_NE(id_in(later), id_in(first));
}

TEST_F(keyed_over_http, knows_an_upload_by_its_fields_and_content) {
  auto form = file_form("%PDF-1.4 same");
  auto other = file_form("%PDF-1.4 other");
  auto upload = [&](const auto& f) {
    return client.post("/upload", f.body,
                       {{"Content-Type", f.content_type}, {"Idempotency-Key", "up"}});
  };
  auto first = upload(form);
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(upload(form).body, first.body);
  EXPECT_EQ(upload(other).status, 422);
  EXPECT_EQ(jobs_in_all(), 1U);
}

} // namespace
} // namespace dure::gateway::test
