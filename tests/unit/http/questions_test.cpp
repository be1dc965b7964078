#include "actors/core/question_queries.hpp"
#include "tests/unit/http/served_node.hpp"

namespace dure::gateway::test {

namespace {

using nlohmann::json;

constexpr std::string_view two_questions = R"({"questions":[
  {"questionText":"Why?","option1":"a","option2":"b","correctAnswer":"b","questionNumber":"1"},
  {"questionText":"How?","option1":"a","option2":"b","correctAnswer":1,"questionNumber":"2",
   "explanation":"By hand."}]})";

class questions_over_http : public served_node {
protected:
  reply upload(std::string_view body, const std::string& type = "application/json",
               const std::string& parameters = "") {
    return client.send("POST", "/admin/sets/algebra/questions/bulk-upload" + parameters, body,
                       {{"Content-Type", type}});
  }

  json status() {
    return client.get("/admin/sets/algebra/questions/explanation-status").json()["data"];
  }

  json summary() { return status()["summary"]; }

  static std::string path_of_question(const json& data, std::string_view below = "") {
    return "/admin/questions/" + data["id"].get<std::string>() + std::string{below};
  }

  json read(const json& data) { return client.get(path_of_question(data)).json()["data"]; }

  job_id job_of(const json& data) {
    auto q = queries::find_question(node.view(),
                                    question_id{*parse_uuid(data["id"].get<std::string>())});
    EXPECT_TRUE(q);
    return q ? q->job : job_id{};
  }

  void explain(const json& data) {
    const auto job = job_of(data);
    node.start(job);
    node.complete_job(job, {R"({"explanation":"Because.","provider":"extractive"})", {}, {}});
  }
};

TEST_F(questions_over_http, takes_questions_and_explains_what_has_no_explanation) {
  auto r = upload(two_questions);
  ASSERT_EQ(r.status, 202) << r.body;
  const auto body = r.json();
  EXPECT_EQ(body["success"], true);
  EXPECT_EQ(body["backgroundJobs"], 1);
  EXPECT_EQ(body["queueStatus"]["queueSize"], 1);
  EXPECT_EQ(body["errors"], json::array());
  ASSERT_EQ(body["data"].size(), 2U);
  EXPECT_EQ(body["data"][0]["explanationStatus"], "pending");
  EXPECT_EQ(body["data"][1]["explanationStatus"], "completed");
  const auto waiting = read(body["data"][0]);
  EXPECT_EQ(waiting["explanation"], "해설을 만드는 중입니다.");
  EXPECT_EQ(waiting["questionText"], "Why?");
  explain(body["data"][0]);
  const auto done = read(body["data"][0]);
  EXPECT_EQ(done["explanation"], "Because.");
  EXPECT_EQ(done["provider"], "extractive");
  EXPECT_EQ(
      summary(),
      (json{{"total", 2}, {"completed", 2}, {"generating", 0}, {"pending", 0}, {"failed", 0}}));
}

TEST_F(questions_over_http, reads_csv_in_cp949_and_names_bad_rows_by_line) {
  // 문제,보기1,보기2,정답 / 왜,가,나,가 / (no question) / 왜2,가,나,다
  const std::string csv = "\xb9\xae\xc1\xa6,\xba\xb8\xb1\xe2"
                          "1,\xba\xb8\xb1\xe2"
                          "2,\xc1\xa4\xb4\xe4\r\n"
                          "\xbf\xd6,\xb0\xa1,\xb3\xaa,\xb0\xa1\r\n"
                          ",\xb0\xa1,\xb3\xaa,\xb0\xa1\r\n"
                          "\xbf\xd6"
                          "2,\xb0\xa1,\xb3\xaa,\xb4\xd9\r\n";
  auto r = upload(csv, "text/csv");
  ASSERT_EQ(r.status, 202) << r.body;
  const auto body = r.json();
  EXPECT_EQ(body["data"].size(), 1U);
  ASSERT_EQ(body["errors"].size(), 2U);
  EXPECT_EQ(body["errors"][0],
            (json{{"line", 3}, {"field", "questionText"}, {"reason", "is missing"}}));
  EXPECT_EQ(body["errors"][1]["line"], 4);
  EXPECT_EQ(read(body["data"][0])["option2"], "나");
  EXPECT_EQ(upload(csv, "text/csv", "?atomic=true").status, 400);
  EXPECT_EQ(summary()["total"], 1);
  auto tried = upload(csv, "text/csv", "?dry_run=true");
  EXPECT_EQ(tried.status, 200);
  EXPECT_TRUE(tried.json()["data"][0]["id"].is_null());
  EXPECT_EQ(summary()["total"], 1);
}

TEST_F(questions_over_http, reads_a_form_and_maps_foreign_columns) {
  const auto form = file_form("q\tctx\tchoices\tans\nWho?\tA text.\t['x', 'y']\ty\n", "q.tsv");
  auto r = upload(form.body, form.content_type,
                  "?columns=q:questionText,ctx:passageContent,choices:options,ans:correctAnswer");
  ASSERT_EQ(r.status, 202) << r.body;
  const auto q = read(r.json()["data"][0]);
  EXPECT_EQ(q["passageContent"], "A text.");
  EXPECT_EQ(q["correctAnswer"], "2");
}

TEST_F(questions_over_http, a_repeated_keyed_upload_takes_nothing_twice) {
  const header_list key{{"Content-Type", "application/json"}, {"Idempotency-Key", "k1"}};
  const std::string path = "/admin/sets/algebra/questions/bulk-upload";
  auto first = client.send("POST", path, two_questions, key);
  auto again = client.send("POST", path, two_questions, key);
  EXPECT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(again.json()["data"], first.json()["data"]);
  EXPECT_EQ(summary()["total"], 2);
}

TEST_F(questions_over_http, an_upload_that_breaks_off_says_what_was_taken) {
  std::string body = R"({"questions":[)";
  const auto text = std::string(1'000, '?');
  for (int i = 1; i <= 1'200; ++i)
    body +=
        R"({"questionText":")" + text + R"(","option1":"a","option2":"b","correctAnswer":"b"},)";
  auto r = upload(body + R"({"questionText":}]})");
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(r.json()["code"], "invalid_json");
  const auto detail = r.json()["detail"].get<std::string>();
  EXPECT_NE(detail.find("/questions/1200"), std::string::npos) << detail;
  const auto taken = summary()["total"].get<int>();
  EXPECT_NE(detail.find(std::to_string(taken) + " questions before it were taken"),
            std::string::npos)
      << detail;
  EXPECT_GE(taken, 500);
  EXPECT_EQ(upload("[]", "text/plain").status, 415);
}

TEST_F(questions_over_http, lists_the_first_thousand_errors_and_counts_all_rows) {
  std::string csv = "questionText,option1,option2,correctAnswer\nWhy?,a,b,a\n";
  for (int i = 0; i < 1'500; ++i)
    csv += ",a,b,a\n";
  const auto body = upload(csv, "text/csv").json();
  EXPECT_EQ(body["errors"].size(), 1'000U);
  EXPECT_EQ(body["message"], "문제 1개가 등록되었습니다 (1500행 거부, 처음 1000행만 표시).");
}

TEST_F(questions_over_http, an_upload_of_endless_rows_ends) {
  std::string body = R"({"questions":[1)";
  for (int i = 0; i < 1'000'000; ++i)
    body += ",1";
  auto r = upload(body + "]}");
  EXPECT_EQ(r.status, 413);
  EXPECT_EQ(r.json()["code"], "too_large");
  const auto text = std::string(10'000, 'x');
  body = R"({"questions":[)";
  for (int i = 0; i < 7'200; ++i)
    body += (i == 0 ? "" : ",") + (R"({"questionText":"Why?","option1":"a","option2":"b",)"
                                   R"("correctAnswer":"b","passageContent":")" +
                                   text + "\"}");
  EXPECT_EQ(upload(body + "]}", "application/json", "?atomic=true").status, 413);
  EXPECT_EQ(summary()["total"], 0);
}

TEST_F(questions_over_http, keeps_the_order_of_the_file_over_pages) {
  std::string csv = "questionText,option1,option2,correctAnswer,questionNumber\n";
  for (int i = 1; i <= 1'200; ++i)
    csv += "Q" + std::to_string(i) + ",a,b,1," + std::to_string(i) + "\n";
  ASSERT_EQ(upload(csv, "text/csv").status, 202);
  const auto first = status();
  EXPECT_EQ(first["questions"].size(), 1'000U);
  EXPECT_EQ(first["questions"][999]["questionNumber"], "1000");
  const auto rest = client
                        .get("/admin/sets/algebra/questions/explanation-status?cursor=" +
                             first["next"].get<std::string>())
                        .json()["data"];
  EXPECT_EQ(rest["questions"].size(), 200U);
  EXPECT_EQ(rest["questions"][0]["questionNumber"], "1001");
  const auto page = client.get("/admin/sets/algebra/questions?limit=3").json();
  EXPECT_EQ(page["data"].size(), 3U);
  EXPECT_EQ(page["total"], 1'200);
}

TEST_F(questions_over_http, an_exported_file_comes_back_by_an_import) {
  ASSERT_EQ(upload(two_questions).status, 202);
  auto csv = client.get("/admin/sets/algebra/questions.csv");
  EXPECT_EQ(csv.header("Content-Type"), "text/csv; charset=utf-8");
  auto back = client.send("POST", "/admin/sets/copy/questions/bulk-upload", csv.body,
                          {{"Content-Type", "text/csv"}});
  ASSERT_EQ(back.status, 202) << back.body;
  EXPECT_EQ(back.json()["errors"], json::array());
  EXPECT_EQ(back.json()["data"][1]["explanationStatus"], "completed");
  const auto lines = client.get("/admin/sets/algebra/questions.jsonl").body;
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

TEST_F(questions_over_http, a_set_of_many_pages_is_exported_whole) {
  std::string csv = "questionText,option1,option2,correctAnswer,questionNumber\n";
  for (int i = 1; i <= 2'300; ++i)
    csv += "Q" + std::to_string(i) + ",a,b,1," + std::to_string(i) + "\n";
  ASSERT_EQ(upload(csv, "text/csv").status, 202);
  const auto exported = client.get("/admin/sets/algebra/questions.jsonl");
  EXPECT_EQ(exported.header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(std::count(exported.body.begin(), exported.body.end(), '\n'), 2'300);
  const auto last = exported.body.rfind("\"questionNumber\":\"2300\"");
  EXPECT_NE(last, std::string::npos);
  const auto table = client.get("/admin/sets/algebra/questions.csv").body;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2'301);
  EXPECT_TRUE(client.send("HEAD", "/admin/sets/algebra/questions.csv").body.empty());
  EXPECT_EQ(client.get("/livez").status, 200);
  // HTTP/1.0 knows no chunks: the connection's end is that of the set.
  http_client old{served.port()};
  old.write("GET /admin/sets/algebra/questions.csv HTTP/1.0\r\nHost: localhost\r\n"
            "Connection: keep-alive\r\n\r\n");
  auto reset = true;
  const auto all = old.read_all(&reset);
  EXPECT_TRUE(all.ends_with(table));
  EXPECT_FALSE(reset);
  EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
}

TEST_F(questions_over_http, an_export_that_breaks_off_does_not_look_whole) {
  std::string csv = "questionText,option1,option2,correctAnswer\n";
  for (int i = 0; i < 1'500; ++i)
    csv += "Q" + std::to_string(i) + ",a,b,1\n";
  ASSERT_EQ(upload(csv, "text/csv").status, 202);
  // A question and its text are two reads; the second page fails.
  node.break_view_after(2'500);
  client.write("GET /admin/sets/algebra/questions.jsonl HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto all = client.read_all();
  node.break_view_after({});
  EXPECT_TRUE(all.starts_with("HTTP/1.1 200 "));
  EXPECT_GT(all.size(), 100'000U);
  EXPECT_FALSE(all.ends_with("0\r\n\r\n"));
  // HTTP/1.0 has nothing else to tell half a set from a whole one.
  node.break_view_after(2'500);
  http_client old{served.port()};
  old.write("GET /admin/sets/algebra/questions.jsonl HTTP/1.0\r\nHost: localhost\r\n\r\n");
  auto reset = false;
  old.read_all(&reset);
  node.break_view_after({});
  EXPECT_TRUE(reset);
}

TEST_F(questions_over_http, says_why_questions_failed_and_what_they_cost) {
  const auto data =
      upload("questionText,option1,option2,correctAnswer\nA,a,b,1\nB,a,b,1\nC,a,b,1\n", "text/csv")
          .json()["data"];
  const char* codes[] = {"provider_timeout", "provider_answer_empty", "provider_answer_empty"};
  for (std::size_t i = 0; i < 3; ++i) {
    node.start(job_of(data[i]));
    node.fail_job(job_of(data[i]), codes[i], false);
  }
  const auto path = "/admin/sets/algebra/questions/explanation-status";
  const auto told = client.get(path, {{"Accept-Language", "en"}}).json()["data"];
  EXPECT_EQ(
      told["failures"],
      json::parse(
          R"([{"code":"provider_answer_empty","questions":2,"message":"The model's answer was empty."},
              {"code":"provider_timeout","questions":1,
               "message":"The model did not answer in time."}])"));
  EXPECT_EQ(told["cost"],
            (json{{"tokens_in", 0}, {"tokens_out", 0}, {"money", 0.0}, {"possibly_charged", 0}}));
  EXPECT_EQ(status()["failures"][0]["message"], "모델의 답에 내용이 없습니다.");
}

TEST_F(questions_over_http, an_explanation_by_hand_cancels_the_job) {
  const auto data = upload(two_questions).json()["data"][0];
  const auto job = job_of(data);
  auto r = client.send("PUT", path_of_question(data, "/explanation"), R"({"explanation":"Mine."})",
                       {{"Content-Type", "application/json"}});
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(read(data)["explanation"], "Mine.");
  EXPECT_EQ(read(data)["provider"], "manual");
  EXPECT_EQ(node.read(job).state, job_state::cancelled);
}

TEST_F(questions_over_http, retries_what_failed_and_asks_anew_on_demand) {
  const auto data = upload(two_questions).json()["data"][0];
  node.start(job_of(data));
  node.fail_job(job_of(data), "answer_empty", false);
  const auto failed = client.get(path_of_question(data, "/explanation-status")).json()["data"];
  EXPECT_EQ(failed["status"], "failed");
  EXPECT_EQ(failed["error"], "answer_empty: It failed.");
  auto r = client.post("/admin/sets/algebra/questions/retry-failed", "{}");
  EXPECT_EQ(r.status, 202) << r.body;
  EXPECT_EQ(r.json()["data"]["retried"], 1);
  explain(data);
  EXPECT_EQ(client.post(path_of_question(data, "/regenerate"), "{}").status, 202);
  EXPECT_EQ(summary()["pending"], 1);
}

TEST_F(questions_over_http, a_repeated_retry_asks_for_what_the_first_could_not) {
  const auto data =
      upload("questionText,option1,option2,correctAnswer\nA,a,b,1\nB,a,b,1\n", "text/csv")
          .json()["data"];
  for (const auto& q : data) {
    node.start(job_of(q));
    node.fail_job(job_of(q), "answer_empty", false);
  }
  const header_list key{{"Idempotency-Key", "again"}};
  const auto second = question_id{*parse_uuid(data[1]["id"].get<std::string>())};
  node.break_commands([second](const command& c) {
    const auto* asked = std::get_if<ask_question>(&c.body);
    return asked != nullptr && asked->id == second;
  });
  const std::string path = "/admin/sets/algebra/questions/retry-failed";
  EXPECT_EQ(client.post(path, "{}", key).status, 503);
  EXPECT_EQ(summary()["failed"], 1);
  node.break_commands({});
  EXPECT_EQ(client.post(path, "{}", key).status, 202);
  EXPECT_EQ(summary()["failed"], 0);
}

TEST_F(questions_over_http, an_outage_refuses_the_upload_and_blames_no_row) {
  node.break_commands(
      [](const command& c) { return std::holds_alternative<put_question>(c.body); });
  const auto refused = upload(two_questions);
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_FALSE(refused.header("Retry-After").empty());
  std::string csv = "questionText,option1,option2,correctAnswer\n";
  for (int i = 0; i < 1'200; ++i)
    csv += "Q" + std::to_string(i) + ",a,b,1\n";
  EXPECT_EQ(upload(csv, "text/csv").status, 503);
  node.break_commands({});
  EXPECT_EQ(upload(csv, "text/csv").status, 202);
  EXPECT_EQ(summary()["total"], 1'200);
}

TEST_F(questions_over_http, cancels_and_deletes_a_set) {
  ASSERT_EQ(upload(two_questions).status, 202);
  EXPECT_EQ(client.post("/admin/sets/algebra/questions/cancel", "{}").json()["data"]["cancelled"],
            1);
  EXPECT_EQ(summary()["failed"], 1);
  EXPECT_EQ(client.send("DELETE", "/admin/sets/algebra").json()["data"]["deleted"], 2);
  EXPECT_EQ(summary()["total"], 0);
}

TEST_F(questions_over_http, says_what_is_wrong_with_a_request) {
  EXPECT_EQ(upload("{}").status, 400);
  EXPECT_EQ(upload(R"({"questions":[]})").status, 400);
  EXPECT_EQ(upload("a,b\n1,2\n", "text/csv").json()["code"], "missing_column");
  EXPECT_EQ(upload(two_questions, "application/json", "?nonsense=1").status, 400);
  EXPECT_EQ(client.get("/admin/questions/nonsense").status, 404);
}

} // namespace

} // namespace dure::gateway::test
