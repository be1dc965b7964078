#include "node/sandbox/handler_protocol.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::node {

namespace {

constexpr std::string_view id = "01890000-0000-7000-8000-0000000000ff";

std::string message(std::string_view body) {
  return R"({"job":")" + std::string{id} + R"(","attempt":2,)" + std::string{body} + "}";
}

std::vector<handler_report> reports_of(std::string_view line) {
  std::vector<handler_report> reports;
  EXPECT_TRUE(parse_line(line, reports)) << line;
  return reports;
}

template <class T> T said(std::string_view body) {
  const auto reports = reports_of(message(body));
  return std::get<T>(std::get<attempt_report>(reports.at(0)).said);
}

handler_task task() {
  handler_task made;
  made.of.job = job_id{*parse_uuid(id)};
  made.of.attempt = 2;
  made.kind = "document.parse";
  made.soft_timeout = milliseconds{300'000};
  return made;
}

} // namespace

TEST(handler_protocol, reads_every_message) {
  const auto hello =
      reports_of(R"({"hello":{"protocol":1,"kinds":["document.parse"],"concurrency":4}})");
  EXPECT_EQ(std::get<hello_line>(hello.at(0)).concurrency, 4U);
  EXPECT_EQ(said<result_line>(R"("result":{"a":[1,2]})").json, R"({"a":[1,2]})");
  EXPECT_EQ(said<result_line>(R"("result":null)").json, "null");
  EXPECT_EQ(said<log_line>(R"("log":{"level":"info","message":"m"})").message, "m");
  EXPECT_EQ(said<artifact_line>(R"("artifact":{"name":"text","path":"out/t"})").path, "out/t");
  const auto progress =
      said<progress_line>(R"("progress":{"done":4,"total":10,"message":"4/10 페이지 처리 중..."})");
  EXPECT_EQ(progress.done, 4U);
  EXPECT_EQ(progress.message, "4/10 페이지 처리 중...");
  const auto failed = said<error_line>(
      R"("error":{"code":"busy","message":"m","retryable":true,"retry_after_ms":1500})");
  EXPECT_TRUE(failed.failure.retryable);
  EXPECT_EQ(failed.retry_after, milliseconds{1'500});
}

TEST(handler_protocol, reads_what_an_attempt_cost_and_what_the_provider_said_of_its_quota) {
  const auto done = said<result_line>(
      R"("result":{},"cost":{"tokens_in":10,"tokens_out":3,"micros":55},"quota":{"requests_left":9})");
  EXPECT_EQ(done.charge, (attempt_charge{{10, 3, 55}, {9, std::nullopt}, false}));
  EXPECT_TRUE(said<result_line>(R"("result":{},"possibly_charged":true)").charge.possibly_charged);
  const auto failed = said<error_line>(
      R"("error":{"code":"c","possibly_charged":true},"cost":{"tokens_in":7},"quota":{"tokens_left":0})");
  EXPECT_EQ(failed.charge, (attempt_charge{{7, 0, 0}, {std::nullopt, 0}, true}));
  EXPECT_EQ(said<result_line>(R"("result":{})").charge, attempt_charge{});
  EXPECT_TRUE(said<result_line>(R"("result":{})").reusable);
  EXPECT_FALSE(said<result_line>(R"("result":{},"reusable":false)").reusable);
}

TEST(handler_protocol, reads_several_messages_in_a_line) {
  const std::string both =
      "[" + message(R"("progress":{"done":1})") + "," + message(R"("result":{})") + "]";
  const auto reports = reports_of(both);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(std::get<attempt_report>(reports[1]).of, (attempt_key{job_id{*parse_uuid(id)}, 2}));
}

TEST(handler_protocol, takes_nothing_of_a_line_that_is_garbage) {
  const std::string good = message(R"("result":{})");
  const std::vector<std::string> lines{
      "",
      "x",
      "7",
      "null",
      "{}",
      "[1]",
      good + good,
      "[" + good + ",{}]",
      R"({"job":"x","attempt":1,"result":{}})",
      R"({"attempt":1,"result":{}})",
      R"({"job":")" + std::string{id} + R"(","attempt":65536,"result":{}})",
      R"({"job":")" + std::string{id} + R"(","attempt":-1,"result":{}})",
      message(R"("progress":{"done":"four"})"),
      message(R"("progress":7)"),
      message(R"("error":{"code":"Bad Code"})"),
      message(R"("error":{})"),
      message(R"("split":[])"),
      message(R"("result":{},"cost":7)"),
      message(R"("result":{},"cost":{"tokens_in":-1})"),
      message(R"("result":{},"cost":{"micros":1000000000001})"),
      message(R"("result":{},"quota":{"requests_left":"many"})"),
      message(R"("error":{"code":"c"},"cost":[])"),
      message(R"("result":{},"reusable":0)"),
      message(R"("result":{},"possibly_charged":0)"),
      message(R"("error":{"code":"c","possibly_charged":1})"),
      message(R"("artifact":{"name":"a/b","path":"x"})"),
      message(R"("result":")"
              "\xff\"")};
  for (const std::string& line : lines) {
    std::vector<handler_report> reports;
    EXPECT_FALSE(parse_line(line, reports)) << line;
    EXPECT_TRUE(reports.empty()) << line;
  }
}

TEST(handler_protocol, refuses_deep_values_but_not_brackets_in_text) {
  std::vector<handler_report> reports;
  const std::size_t deep = 1'000'000;
  EXPECT_FALSE(parse_line(message("\"result\":" + std::string(deep, '[') + std::string(deep, ']')),
                          reports));
  EXPECT_TRUE(parse_line(message(R"("result":"\"[[[)" + std::string(deep, '[') + "\""), reports));
}

TEST(handler_protocol, keeps_texts_within_their_limits) {
  std::string longest;
  for (int n = 0; n < 600; ++n)
    longest += "중";
  const auto failed = said<error_line>(R"("error":{"code":"c","message":")" + longest + "\"}");
  EXPECT_EQ(failed.failure.message.size(), 500U * 3);
  EXPECT_EQ(first_characters("a중b", 2), "a중");
}

TEST(handler_protocol, gives_jobs_on_one_line) {
  handler_task with_file = task();
  with_file.params = "{\n \"a\":\r\n1}";
  with_file.input_file = blob_ref{"", 3, "보고서 \"1\".pdf", "application/pdf"};
  with_file.scratch = "/scratch/7";
  const std::string line = job_line({with_file});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto job = nlohmann::json::parse(line);
  EXPECT_EQ(job["job"], id);
  EXPECT_EQ(job["params"]["a"], 1);
  EXPECT_EQ(job["input"]["name"], "보고서 \"1\".pdf");
  EXPECT_EQ(job["scratch"], "/scratch/7");
  EXPECT_EQ(job["deadline_ms"], 300'000);
  const auto jobs = nlohmann::json::parse(job_line({task(), task(), task()}));
  EXPECT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[2]["params"], nlohmann::json::object());
  const auto cancel = nlohmann::json::parse(cancel_line(task().of.job));
  EXPECT_EQ(cancel["cancel"]["job"], id);
}

} // namespace dure::node
