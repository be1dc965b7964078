#include "gateway/api/problem.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

TEST(problem, is_a_problem_document) {
  auto p = bad_field("/kind", "invalid_field", "Must be given.");
  auto v = nlohmann::json::parse(to_json_text(p, "/api/v1/jobs"));
  EXPECT_EQ(v["type"], "urn:dure:problem:invalid_field");
  EXPECT_EQ(v["title"], "Bad Request");
  EXPECT_EQ(v["status"], 400);
  EXPECT_EQ(v["detail"], "Must be given.");
  EXPECT_EQ(v["instance"], "/api/v1/jobs");
  EXPECT_EQ(v["code"], "invalid_field");
  EXPECT_EQ(v["errors"],
            nlohmann::json::parse(R"([{"pointer":"/kind","detail":"Must be given."}])"));
}

TEST(problem, maps_refusals_to_statuses) {
  EXPECT_EQ(http_status(errc::not_found), 404);
  EXPECT_EQ(http_status(errc::gone), 410);
  EXPECT_EQ(http_status(errc::wrong_state), 409);
  EXPECT_EQ(http_status(errc::unique_taken), 409);
  EXPECT_EQ(http_status(errc::queue_full), 429);
  EXPECT_EQ(http_status(errc::too_large), 413);
  EXPECT_EQ(http_status(errc::unavailable), 503);
  EXPECT_EQ(http_status(errc::unknown_outcome), 503);
}

TEST(problem, says_when_to_try_again) {
  EXPECT_TRUE(to_problem(error{errc::queue_full, {}}).retry_after_s.has_value());
  EXPECT_TRUE(to_problem(error{errc::unavailable, {}}).retry_after_s.has_value());
  EXPECT_FALSE(to_problem(error{errc::wrong_state, {}}).retry_after_s.has_value());
}

TEST(problem, keeps_what_happened_inside_to_itself) {
  auto inside = to_problem(error{errc::store_failed, "/var/lib/dure/store: IO error"});
  EXPECT_EQ(inside.status, 500);
  EXPECT_EQ(inside.detail.find("/var"), std::string::npos);
  auto refusal = to_problem(error{errc::wrong_state, "The job is running."});
  EXPECT_NE(refusal.detail.find("The job is running."), std::string::npos);
}

TEST(problem, survives_any_bytes_in_names) {
  auto p = bad_field("/\xff", "unknown_field", "No such field.");
  EXPECT_FALSE(nlohmann::json::parse(to_json_text(p, "/\xfe"), nullptr, false).is_discarded());
}

} // namespace
} // namespace dure::gateway
