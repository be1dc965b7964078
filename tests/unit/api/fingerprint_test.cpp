#include "gateway/api/fingerprint.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {

namespace {

TEST(fingerprint, is_sha256) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(fingerprint, tells_where_a_field_ends) {
  fingerprint a;
  a.add_field("ab");
  a.add_field("c");
  fingerprint b;
  b.add_field("a");
  b.add_field("bc");
  EXPECT_NE(a.take(), b.take());
}

TEST(entity_tag, follows_the_body) {
  EXPECT_EQ(entity_tag("x"), entity_tag("x"));
  EXPECT_NE(entity_tag("x"), entity_tag("y"));
  EXPECT_TRUE(entity_tag("x").starts_with("W/\""));
}

TEST(entity_tag, is_found_in_a_list_weakly) {
  EXPECT_TRUE(names_tag("W/\"a\"", "W/\"a\""));
  EXPECT_TRUE(names_tag("\"b\", \"a\"", "W/\"a\""));
  EXPECT_TRUE(names_tag(" * ", "W/\"a\""));
  EXPECT_FALSE(names_tag("\"b\"", "W/\"a\""));
  EXPECT_FALSE(names_tag("", "W/\"a\""));
}

} // namespace
} // namespace dure::gateway
