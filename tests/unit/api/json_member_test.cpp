#include "gateway/api/json_member.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <vector>

namespace dure::gateway {

namespace {

constexpr std::size_t plenty = 1 << 20;

/// Feeds `text` in pieces of every size, and expects the same each time.
std::optional<std::string> member_of(std::string_view text, std::string_view name) {
  std::optional<std::string> first;
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    json_member wanted{name, plenty};
    for (auto rest = text; !rest.empty() && wanted.feed(rest.substr(0, piece));)
      rest.remove_prefix(std::min(piece, rest.size()));
    auto found = wanted.take_text();
    if (piece == 1)
      first = found;
    EXPECT_EQ(found, first) << piece;
  }
  return first;
}

std::vector<std::string> elements_of(std::string_view text, std::string_view name) {
  std::vector<std::string> all;
  json_member wanted{name, plenty, [&all](std::string_view one) {
                       all.emplace_back(one);
                       return true;
                     }};
  wanted.feed(text);
  return all;
}

TEST(json_member, finds_a_member_of_any_type) {
  constexpr std::string_view text =
      R"( {"a" : {"b":[1,{"z":2}],"c":"},]\"{"} ,"b":null,"n":-1.5e3,"s":"x\\","e":{},"l":[ ]})";
  EXPECT_EQ(member_of(text, "a"), R"({"b":[1,{"z":2}],"c":"},]\"{"})");
  EXPECT_EQ(member_of(text, "b"), "null");
  EXPECT_EQ(member_of(text, "n"), "-1.5e3");
  EXPECT_EQ(member_of(text, "s"), R"("x\\")");
  EXPECT_EQ(member_of(text, "e"), "{}");
  EXPECT_EQ(member_of(text, "l"), "[]");
  EXPECT_EQ(member_of(text, "z"), std::nullopt) << "of another object";
  EXPECT_EQ(member_of(text, "nn"), std::nullopt);
  EXPECT_EQ(member_of("{}", "a"), std::nullopt);
}

TEST(json_member, passes_on_the_elements_of_an_array) {
  constexpr std::string_view text =
      R"({"pages":[{"page":1,"text":"a,]"}, 2 ,"three",[4,5]],"more":[6]})";
  EXPECT_EQ(elements_of(text, "pages"),
            (std::vector<std::string>{R"({"page":1,"text":"a,]"})", "2", R"("three")", "[4,5]"}));
  EXPECT_EQ(elements_of(text, "more"), std::vector<std::string>{"6"});
  EXPECT_TRUE(elements_of(R"({"pages":[],"x":[1]})", "pages").empty());
  EXPECT_TRUE(elements_of(R"({"pages":{"x":[1]},"y":[2]})", "z").empty());
  EXPECT_TRUE(elements_of(R"({"pages":null,"y":[2]})", "pages").empty());
}

TEST(json_member, stops_as_soon_as_it_has_what_is_wanted) {
  json_member one{"a", plenty};
  EXPECT_TRUE(one.feed(R"({"a":1)"));
  EXPECT_FALSE(one.feed(R"(,"b":2)"));
  int seen = 0;
  json_member first{"l", plenty, [&seen](std::string_view) { return ++seen < 2; }};
  EXPECT_FALSE(first.feed(R"({"l":[1,2,3,4]})"));
  EXPECT_EQ(seen, 2);
}

TEST(json_member, holds_no_more_than_it_may) {
  json_member small{"a", 8};
  EXPECT_FALSE(small.feed(R"({"b":"much longer than that","a":"123456789"})"));
  EXPECT_TRUE(small.too_long());
  EXPECT_EQ(small.take_text(), std::nullopt);
}

TEST(json_member, agrees_with_a_parser) {
  nlohmann::json value;
  for (int i = 0; i < 40; ++i)
    value["name" + std::to_string(i)] = {
        {"page", i}, {"text", std::string(static_cast<std::size_t>(i), '"') + "\\\n가{[]},:"}};
  for (auto indent : {-1, 2}) {
    auto text = value.dump(indent);
    for (const auto& [name, member] : value.items()) {
      json_member wanted{name, plenty};
      wanted.feed(text);
      EXPECT_EQ(nlohmann::json::parse(*wanted.take_text()), member);
    }
  }
}

} // namespace
} // namespace dure::gateway
