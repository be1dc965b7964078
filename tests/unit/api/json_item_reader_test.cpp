#include "gateway/api/json_item_reader.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dure::gateway {
namespace {

using nlohmann::json;

/// What a reader made of a text: the items, and the problem that ended it.
struct reading {
  json items = json::array();
  std::optional<problem> wrong;
};

reading read_in_pieces(std::string_view text, std::size_t step) {
  json_item_reader reader{"questions"};
  reading made;
  const auto drain = [&] {
    for (;;) {
      auto item = reader.next();
      if (!item)
        made.wrong = item.error();
      if (!item || !*item)
        return;
      made.items.push_back(**item);
    }
  };
  for (std::size_t at = 0; at < text.size() && !made.wrong; at += step) {
    reader.feed(text.substr(at, step));
    drain();
  }
  if (!made.wrong) {
    reader.finish();
    drain();
  }
  return made;
}

/// However the text comes in pieces, the same is made of it.
reading read(std::string_view text) {
  auto whole = read_in_pieces(text, text.size() + 1);
  for (std::size_t step = 1; step < 20; ++step) {
    auto made = read_in_pieces(text, step);
    EXPECT_EQ(made.items, whole.items) << text << " in pieces of " << step;
    EXPECT_EQ(made.wrong, whole.wrong) << text << " in pieces of " << step;
  }
  return whole;
}

json items_of(std::string_view text) {
  auto made = read(text);
  EXPECT_FALSE(made.wrong) << text << ": " << made.wrong->detail;
  return made.items;
}

std::string refusal_of(std::string_view text) {
  auto made = read(text);
  return made.wrong ? made.wrong->code : "none";
}

TEST(json_item_reader, finds_every_item) {
  EXPECT_EQ(items_of(R"({"questions":[]})"), json::array());
  EXPECT_EQ(items_of(R"({"questions":[{"a":1},{"b":[2,{"c":"}],"}]}]})"),
            json::parse(R"([{"a":1},{"b":[2,{"c":"}],"}]}])"));
  EXPECT_EQ(items_of("\xEF\xBB\xBF \r\n{ \"questions\" :\t[ 1 , \"a\\\"],\\\\\" , null ] } \n"),
            json::parse(R"([1,"a\"],\\",null])"));
  EXPECT_EQ(items_of(R"({"questions":["문제 \ud55c글 ①"]})"),
            json::parse(R"(["문제 \ud55c글 ①"])"));
}

TEST(json_item_reader, refuses_another_shape) {
  for (const auto* text :
       {"[]", "5", R"({"question":[]})", R"({"questions":{}})", R"({"questions":[],"x":1})"})
    EXPECT_EQ(refusal_of(text), "invalid_field") << text;
}

TEST(json_item_reader, refuses_what_is_no_json) {
  for (const auto* text :
       {"", R"({"questions":[1)", R"({"questions":[1,]})", R"({"questions":[,1]})",
        R"({"questions":[1]]})", R"({"questions":[1}})", R"({"questions":["a]})",
        R"({"questions":[1 2]})", R"({"questions":[1]} x)", R"({"questions":[{"a":1]]})",
        "{\"questions\":[\"\xff\"]}"})
    EXPECT_EQ(refusal_of(text), "invalid_json") << text;
}

TEST(json_item_reader, gives_what_came_before_a_mistake_and_names_its_place) {
  auto made = read(R"({"questions":[{"a":1},{"b":2},{"c":tru}]})");
  EXPECT_EQ(made.items.size(), 2U);
  ASSERT_TRUE(made.wrong);
  EXPECT_TRUE(made.wrong->detail.starts_with("/questions/2: ")) << made.wrong->detail;
  made = read(R"({"questions":[{"a":1},{"b":2,"b":3}]})");
  ASSERT_TRUE(made.wrong);
  EXPECT_EQ(made.wrong->errors.at(0).pointer, "/questions/1/b");
}

TEST(json_item_reader, holds_no_more_than_one_item) {
  json_item_reader reader{"questions"};
  const auto item = "{\"text\":\"" + std::string(200'000, 'x') + "\"},";
  reader.feed("{\"questions\":[");
  for (int i = 0; i < 50; ++i) {
    reader.feed(item);
    auto found = reader.next();
    ASSERT_TRUE(found && *found) << i;
  }
  reader.feed("\"" + std::string(json_item_bytes_max, 'x'));
  auto found = reader.next();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().status, 413);
}

} // namespace
} // namespace dure::gateway
