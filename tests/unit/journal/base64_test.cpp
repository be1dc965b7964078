#include "node/journal/base64.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

TEST(base64, knows_the_examples_of_rfc_4648) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(base64::to_url_text(bytes), text);
    EXPECT_EQ(base64::parse(text), bytes);
  }
}

TEST(base64, gives_back_every_byte) {
  std::string all;
  for (int i = 0; i < 256; ++i)
    all += static_cast<char>(i);
  EXPECT_EQ(base64::parse(base64::to_url_text(all)), all);
}

TEST(base64, reads_both_alphabets_with_and_without_padding) {
  const std::string bytes = "\xfb\xff";
  EXPECT_EQ(base64::to_url_text(bytes), "-_8=");
  for (const char* text : {"-_8=", "+/8=", "-_8", "+/8"})
    EXPECT_EQ(base64::parse(text), bytes);
}

TEST(base64, refuses_what_is_none) {
  for (const char* text : {"A", "AAAAA", "Zm9v!", "Zm 9", "=A"})
    EXPECT_FALSE(base64::parse(text)) << text;
}

} // namespace
} // namespace dure::node
