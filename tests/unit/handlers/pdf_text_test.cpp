#include "node/handlers/document/pdf/pdf_text.hpp"

#include <gtest/gtest.h>
#include <poppler-global.h>
#include <vector>

namespace dure::node {

namespace {

std::string of(std::vector<unsigned int> characters) {
  return utf8_of(characters);
}

std::string made_valid(std::string text) {
  make_valid_utf8(text);
  return text;
}

} // namespace

TEST(utf8_of, writes_characters_of_every_length) {
  EXPECT_EQ(of({'a', 0xe9, 0xd55c, 0x1f600}), "aé한😀");
  EXPECT_EQ(of({}), "");
}

TEST(utf8_of, replaces_what_is_no_character) {
  EXPECT_EQ(of({'a', 0xd83d, 'b', 0x110000}), "a\xEF\xBF\xBD"
                                              "b\xEF\xBF\xBD");
}

TEST(utf8_of_text_string, knows_the_three_encodings_of_a_pdf) {
  EXPECT_EQ(utf8_of_text_string(std::string{"\xfe\xff\xd5\x5c\xae\x00", 6}), "한글");
  EXPECT_EQ(utf8_of_text_string("\xef\xbb\xbf한글"), "한글");
  EXPECT_EQ(utf8_of_text_string("caf\xe9"), "café");
  EXPECT_EQ(utf8_of_text_string(""), "");
}

TEST(utf8_of, says_nothing_where_poppler_cpp_may_have_mistaken_the_encoding) {
  const auto of_units = [](std::initializer_list<unsigned short> units) {
    poppler::ustring text;
    for (const unsigned short unit : units)
      text.push_back(unit);
    return utf8_of(text);
  };
  EXPECT_EQ(of_units({}), "");
  EXPECT_EQ(of_units({'a', 0xe9}), "aé") << "the same in PDFDocEncoding and Latin-1";
  EXPECT_EQ(of_units({0xd55c, 0xa0, 0xd83d, 0xde00}), "한\u00a0😀") << "UTF-16 for sure";
  EXPECT_EQ(of_units({0xd55c, 0xd83d}), "한\ufffd");
  EXPECT_FALSE(of_units({'a', 0xa0})) << "a euro, or a space";
  EXPECT_FALSE(of_units({0xef, 0xbb, 0xbf, 'a'})) << "UTF-8, or not";
}

TEST(make_valid_utf8, replaces_single_bytes_and_leaves_the_rest) {
  EXPECT_EQ(made_valid("한글 text"), "한글 text");
  EXPECT_EQ(made_valid("a\xff"
                       "b\xed\xa0\x80"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

} // namespace dure::node
