#include "node/handlers/document/utf16.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace dure::node {

namespace {

std::string of(std::vector<unsigned short> units) {
  return utf8_of(units);
}

} // namespace

TEST(utf8_of, writes_characters_of_every_length) {
  EXPECT_EQ(of({'a', 0x00e9, 0xd55c, 0xd83d, 0xde00}), "aé한😀");
  EXPECT_EQ(of({0xfeff, 'a', 0xfeff}), "a\xEF\xBB\xBF") << "only the first is a mark";
  EXPECT_EQ(of({}), "");
}

TEST(utf8_of, replaces_surrogates_without_a_partner) {
  EXPECT_EQ(of({'a', 0xd83d, 'b'}), "a\xEF\xBF\xBD"
                                    "b");
  EXPECT_EQ(of({0xde00, 0xd83d}), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

} // namespace dure::node
