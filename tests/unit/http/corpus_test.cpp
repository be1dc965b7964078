#include "tests/unit/http/served_node.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace dure::gateway::test {

namespace {

class corpus_over_http : public served_node {};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST_F(corpus_over_http, answers_every_case_of_json_test_suite_with_2xx_or_4xx) {
  auto folder = corpora();
  if (!folder)
    GTEST_SKIP() << "The corpora are not here; set DURE_CORPORA to their folder.";
  int cases = 0;
  for (const auto& file : std::filesystem::directory_iterator{
           *folder + "/conformance/JSONTestSuite-mit/test_parsing"}) {
    auto name = file.path().filename().string();
    auto content = content_of(file.path());
    auto bare = client.post("/api/v1/jobs", content);
    auto wrapped = client.post("/api/v1/jobs", R"({"kind":"noop","params":{"x":)" + content + "}}");
    for (auto status : {bare.status, wrapped.status})
      EXPECT_TRUE(status / 100 == 2 || status / 100 == 4) << name << " " << status;
    EXPECT_NE(bare.status / 100, 2) << name << ": none of them names a kind";
    auto must_fail = name.starts_with("n_") && content.find('}') == std::string::npos;
    auto must_pass = name.starts_with("y_") && name.find("duplicated") == std::string::npos;
    EXPECT_FALSE(must_fail && wrapped.status != 400) << name;
    EXPECT_FALSE(must_pass && wrapped.status != 202) << name << wrapped.body;
    ++cases;
  }
  EXPECT_GT(cases, 300);
}

TEST_F(corpus_over_http, survives_naughty_strings_in_every_text) {
  auto folder = corpora();
  if (!folder)
    GTEST_SKIP() << "The corpora are not here; set DURE_CORPORA to their folder.";
  std::ifstream file{*folder + "/conformance/blns-mit/blns.json"};
  ASSERT_TRUE(file.good());
  for (const auto& text : nlohmann::json::parse(file)) {
    nlohmann::json request{{"kind", "noop"}, {"group", text}, {"params", {{"text", text}}}};
    auto r = client.post("/api/v1/jobs", request.dump());
    ASSERT_TRUE(r.status == 202 || r.status == 400) << text << r.status;
    if (r.status != 202)
      continue;
    auto shown = client.get(path_of(id_in(r))).json();
    EXPECT_EQ(shown["group"].is_null() ? "" : shown["group"], text);
  }
}

/// Runs curl and returns what it prints.
std::string curl(const std::string& arguments) {
  auto* out = popen(("curl -sS --max-time 20 " + arguments + " 2>&1").c_str(), "r");
  std::string text;
  char piece[4096];
  while (auto got = std::fread(piece, 1, sizeof piece, out))
    text.append(piece, got);
  pclose(out);
  return text;
}

class curl_over_http : public served_node {
protected:
  std::string at(const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(served.port()) + path;
  }
};

TEST_F(curl_over_http, uploads_and_asks_as_people_do) {
  auto file = std::filesystem::temp_directory_path() / ("dure-" + std::to_string(getpid()));
  std::ofstream{file} << "%PDF-1.4 " << std::string(3'000'000, 'x');
  auto taken = nlohmann::json::parse(
      curl("-F 'file=@" + file.string() + ";filename=보고서.pdf' " + at("/upload")));
  std::filesystem::remove(file);
  EXPECT_EQ(taken["filename"], "보고서.pdf");
  auto id = taken["job_id"].get<std::string>();
  EXPECT_EQ(nlohmann::json::parse(curl(at("/jobs/" + id)))["status"], "uploaded");
  auto compressed = curl("--compressed " + at("/api/v1/jobs?limit=5"));
  EXPECT_EQ(nlohmann::json::parse(compressed)["total"], 1);
}

TEST_F(curl_over_http, is_told_at_once_that_a_body_is_too_large) {
  // curl waits for 100-continue before such a body, so nothing of it is sent.
  auto code = curl("-o /dev/null -w '%{http_code}' -X POST -H 'Expect: 100-continue' "
                   "-H 'Content-Length: 2147483648' --data-binary @/dev/null " +
                   at("/upload"));
  EXPECT_EQ(code, "413");
}

} // namespace
} // namespace dure::gateway::test
