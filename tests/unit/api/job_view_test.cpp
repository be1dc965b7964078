#include "gateway/api/fingerprint.hpp"
#include "gateway/api/job_view.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

job running_job() {
  job j;
  j.spec.id = make_job_id(log_number{1}, timestamp{milliseconds{1000}}, 7);
  j.spec.kind = "document.parse";
  j.spec.queue = "documents";
  j.state = job_state::running;
  j.version = 4;
  j.attempts_made = 2;
  j.attempts = {attempt{}, attempt{}};
  j.attempts[1].n = 2;
  j.attempts[1].node = "node-a";
  return j;
}

attempt_progress four_of_ten() {
  return {2, 4, 10, "text", "4/10 페이지 처리 중..."};
}

job_surroundings around(attempt_progress p) {
  return {std::move(p), std::chrono::seconds{6}, {}};
}

TEST(job_view, has_every_field_of_the_contract) {
  auto v = to_json(running_job(), around(four_of_ten()), language::korean);
  for (auto field : {"job_id",      "kind",          "queue",        "group",
                     "tags",        "status",        "priority",     "progress",
                     "message",     "error",         "current_step", "progress_percentage",
                     "attempt",     "error_message", "attempts",     "max_attempts",
                     "created_at",  "run_at",        "started_at",   "completed_at",
                     "eta_seconds", "waiting",       "worker",       "cost",
                     "version"})
    EXPECT_TRUE(v.contains(field)) << field;
  EXPECT_EQ(v["status"], "running");
  EXPECT_EQ(v["progress"], 40);
  EXPECT_EQ(v["progress_percentage"], 40);
  EXPECT_EQ(v["current_step"], "text");
  EXPECT_EQ(v["eta_seconds"], 6);
  EXPECT_EQ(v["worker"]["node"], "node-a");
  EXPECT_EQ(v["version"], 4);
}

TEST(job_view, speaks_the_legacy_words) {
  auto v = to_legacy_json(running_job(), around(four_of_ten()), language::korean);
  EXPECT_EQ(v["status"], "processing");
  EXPECT_EQ(v["progress"], 40);
  EXPECT_EQ(v["message"], "4/10 페이지 처리 중...");
  EXPECT_TRUE(v["error"].is_null());
}

TEST(job_view, drops_progress_of_an_attempt_that_is_over) {
  auto old = four_of_ten();
  old.attempt = 1;
  EXPECT_EQ(progress_percentage(running_job(), old), 0);
  auto v = to_json(running_job(), around(old), language::korean);
  EXPECT_TRUE(v["eta_seconds"].is_null());
  EXPECT_TRUE(v["current_step"].is_null());
}

TEST(job_view, says_a_hundred_only_of_what_is_completed) {
  auto p = four_of_ten();
  p.done = 10;
  EXPECT_EQ(progress_percentage(running_job(), p), 99);
  p.done = 20;
  EXPECT_EQ(progress_percentage(running_job(), p), 99);
  p.total = 0;
  EXPECT_EQ(progress_percentage(running_job(), p), 0);
  auto j = running_job();
  j.state = job_state::completed;
  EXPECT_EQ(progress_percentage(j, std::nullopt), 100);
}

TEST(job_view, tells_errors_as_object_and_as_text) {
  auto j = running_job();
  j.state = job_state::failed;
  j.failure = job_error{"encrypted", "암호가 필요합니다.", false};
  auto v = to_json(j, {}, language::korean);
  EXPECT_EQ(v["error"]["code"], "encrypted");
  EXPECT_EQ(v["error_message"], "암호가 필요합니다.");
  EXPECT_EQ(to_legacy_json(j, {}, language::korean)["error"], "암호가 필요합니다.");
}

TEST(job_view, speaks_english_when_asked) {
  auto v = to_json(running_job(), around(four_of_ten()), language::english);
  EXPECT_EQ(v["message"], "4/10 done.");
  auto j = running_job();
  j.state = job_state::cancelled;
  EXPECT_EQ(to_json(j, {}, language::english)["message"], "Cancelled.");
  EXPECT_EQ(to_json(j, {}, language::korean)["message"], "취소되었습니다.");
}

TEST(job_view, refuses_the_result_of_what_is_not_completed) {
  auto r = to_result_response(running_job());
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().status, 409);
  EXPECT_NE(r.error().detail.find("running"), std::string::npos);
}

TEST(job_view, wraps_results_without_parsing_them) {
  auto j = running_job();
  j.state = job_state::completed;
  j.outcome.json = R"({"pages":[1.50]})";
  auto r = to_result_response(j);
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ(r->body, R"({"job_id":")" + to_string(j.spec.id) + R"(","result":{"pages":[1.50]}})");
  j.outcome = {{}, blob_ref{std::string(64, 'a'), 9, "result.json", "application/json"}, {}};
  r = to_result_response(j);
  ASSERT_TRUE(r->stream.has_value());
  EXPECT_EQ(r->stream->after, "}");
}

TEST(job_view, answers_a_batch_in_order) {
  auto id = make_job_id(log_number{1}, timestamp{}, 1);
  std::vector<checked<job_taken>> outcomes;
  outcomes.push_back(job_taken{id, job_state::pending, false, 1});
  outcomes.push_back(bad_field("/1/x", "unknown_field", "No such field."));
  outcomes.push_back(job_taken{id, job_state::completed, true, 5});
  auto r = to_batch_response(outcomes);
  EXPECT_EQ(r.status, 202);
  auto jobs = nlohmann::json::parse(r.body).at("jobs");
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0], (nlohmann::json{{"job_id", to_string(id)}, {"status", "pending"}}));
  EXPECT_EQ(jobs[1]["error"]["code"], "unknown_field");
  EXPECT_EQ(jobs[1]["error"]["errors"][0]["pointer"], "/1/x");
  EXPECT_EQ(jobs[2]["existing"], true);
}

TEST(job_view, tells_gone_from_never_there) {
  auto now = timestamp{std::chrono::days{100}};
  auto fresh = make_job_id(log_number{1}, now, 1);
  auto old = make_job_id(log_number{1}, now - std::chrono::days{8}, 1);
  error missing{errc::not_found, {}};
  EXPECT_EQ(absent_job_problem(missing, fresh, now).status, 404);
  EXPECT_EQ(absent_job_problem(missing, old, now).status, 410);
  EXPECT_EQ(absent_job_problem(error{errc::gone, {}}, fresh, now).status, 410);
  EXPECT_EQ(absent_job_problem(error{errc::wrong_state, {}}, fresh, now).status, 409);
}

TEST(job_view, never_sends_what_is_not_utf8) {
  auto j = running_job();
  auto p = four_of_ten();
  p.message = "page \xff";
  auto around_it = around(p);
  auto text = to_json(j, around_it, language::korean)
                  .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  EXPECT_NE(text.find("page \xef\xbf\xbd"), std::string::npos);
}

TEST(response, becomes_a_304_for_who_has_it_already) {
  response r;
  r.body = "{}";
  auto first = with_entity_tag(r, "");
  ASSERT_TRUE(first.header("ETag").has_value());
  auto again = with_entity_tag(r, std::string{*first.header("ETag")});
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
  r.body = "{ }";
  EXPECT_EQ(with_entity_tag(r, std::string{*first.header("ETag")}).status, 200);
}

} // namespace
} // namespace dure::gateway
