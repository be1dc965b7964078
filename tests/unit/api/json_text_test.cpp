#include "gateway/api/json_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

problem refusal(std::string_view text, const json_limits& limits = {}) {
  auto parsed = parse_json(text, limits);
  EXPECT_FALSE(parsed.has_value()) << text;
  return parsed ? problem{} : parsed.error();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(json_text, builds_what_the_text_says) {
  auto parsed = parse_json(R"({"a":[1,-2,3.5,"x",true,null,{}],"b":{"c":[[]]}})");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, nlohmann::json::parse(R"({"b":{"c":[[]]},"a":[1,-2,3.5,"x",true,null,{}]})"));
}

TEST(json_text, takes_a_lone_value) {
  auto parsed = parse_json(" 7 ");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, 7);
}

TEST(json_text, names_the_byte_where_it_is_no_json) {
  auto p = refusal(R"({"a": nope})");
  EXPECT_EQ(p.status, 400);
  EXPECT_EQ(p.code, "invalid_json");
  EXPECT_NE(p.detail.find("byte 8"), std::string::npos) << p.detail;
}

TEST(json_text, refuses_a_name_given_twice_and_points_to_it) {
  auto p = refusal(R"({"a":{"list":[0,{"x/y":1,"x/y":2}]}})");
  EXPECT_EQ(p.code, "duplicate_field");
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].pointer, "/a/list/1/x~1y");
}

TEST(json_text, takes_a_name_again_in_another_object) {
  EXPECT_TRUE(parse_json(R"([{"a":1},{"a":1,"b":{"a":2}}])").has_value());
}

TEST(json_text, takes_64_levels_and_refuses_65) {
  EXPECT_TRUE(parse_json(nested(64)).has_value());
  auto p = refusal(nested(65));
  EXPECT_EQ(p.code, "too_deep");
  EXPECT_EQ(p.status, 400);
}

TEST(json_text, points_to_what_is_too_deep) {
  auto p = refusal(R"({"a":[1,{"b":{}}]})", {.depth = 3});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].pointer, "/a/1/b");
}

TEST(json_text, survives_a_megabyte_of_open_brackets) {
  EXPECT_EQ(refusal(std::string(1'000'000, '[')).code, "too_deep");
}

TEST(json_text, refuses_more_values_than_it_has_room_for) {
  auto p = refusal("[1,2,3,4]", {.values = 4});
  EXPECT_EQ(p.status, 413);
  EXPECT_TRUE(parse_json("[1,2,3,4]", {.values = 5}).has_value());
}

TEST(json_text, refuses_numbers_that_no_double_holds) {
  EXPECT_EQ(refusal("[1e400]").code, "invalid_json");
}

TEST(json_text, refuses_bytes_that_are_no_utf8) {
  EXPECT_EQ(refusal("[\"\xff\"]").code, "invalid_json");
  EXPECT_EQ(refusal("[\"\\ud800\"]").code, "invalid_json");
}

TEST(json_text, refuses_nothing_at_all_and_more_than_one_value) {
  EXPECT_EQ(refusal("").code, "invalid_json");
  EXPECT_EQ(refusal("{}{}").code, "invalid_json");
}

TEST(json_text, does_not_take_a_nul_for_the_end) {
  using namespace std::string_view_literals;
  for (auto text : {"123\0"sv, "{\"a\":1}\0{"sv, "\0"sv, "\"a\0b\""sv}) {
    auto value = parse_json(text);
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().code, "invalid_json");
  }
}

} // namespace
} // namespace dure::gateway
