#include "gateway/api/question_work.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {
namespace {

explainer asking() {
  explainer by;
  by.provider = "openai";
  by.model = "A";
  by.settings = "s";
  by.charged = true;
  by.prompt_version = 3;
  return by;
}

TEST(question_work, has_a_name_by_all_that_shapes_the_answer) {
  const auto name = name_of_work("text", asking());
  EXPECT_EQ(name_of_work("text", asking()), name);
  EXPECT_NE(name_of_work("another", asking()), name);
  auto other = asking();
  other.model = "B";
  EXPECT_NE(name_of_work("text", other), name);
  other = asking();
  other.prompt_version = 4;
  EXPECT_NE(name_of_work("text", other), name);
  other = asking();
  other.settings = "t";
  EXPECT_NE(name_of_work("text", other), name);
}

TEST(question_work, tells_the_job_who_is_to_do_it) {
  const auto asked = nlohmann::json::parse(explaining_job({}, "set", asking()).params);
  EXPECT_EQ(asked,
            (nlohmann::json{
                {"provider", "openai"}, {"model", "A"}, {"promptVersion", 3}, {"settings", "s"}}));
  const auto found = nlohmann::json::parse(explaining_job({}, "set", {}).params);
  EXPECT_EQ(found["provider"], "extractive");
  EXPECT_TRUE(found["model"].is_null());
}

TEST(question_work, retries_an_explanation_three_times) {
  EXPECT_EQ(explaining_job({}, "set", asking()).max_attempts, 1 + 3);
}

} // namespace
} // namespace dure::gateway
