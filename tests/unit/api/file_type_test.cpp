#include "gateway/api/file_type.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {

namespace {

using namespace std::string_view_literals;

std::string_view extension_of(std::string_view head) {
  return detect_file_type(head).extension;
}

TEST(file_type, is_told_by_the_bytes) {
  EXPECT_EQ(extension_of("%PDF-1.7\n"), "pdf");
  EXPECT_EQ(detect_file_type("%PDF-1.7\n").media_type, "application/pdf");
  EXPECT_EQ(extension_of("\x89PNG\r\n\x1a\n...."), "png");
  EXPECT_EQ(extension_of("\xff\xd8\xff\xe0"), "jpg");
  EXPECT_EQ(extension_of("PK\x03\x04"), "zip");
  EXPECT_EQ(extension_of("\x1f\x8b\x08"), "gz");
  EXPECT_EQ(extension_of("  <!DOCTYPE HTML><html>"), "html");
  EXPECT_EQ(extension_of("가나다, plain"), "txt");
  EXPECT_EQ(extension_of("\0\1\2\3"sv), "bin");
  EXPECT_EQ(extension_of(""), "txt");
}

TEST(file_type, finds_the_magic_of_a_pdf_within_the_first_kilobyte) {
  EXPECT_EQ(extension_of(std::string(1019, '\0') + "%PDF-1.4"), "pdf");
  EXPECT_EQ(extension_of(std::string(1020, '\0') + "%PDF-1.4"), "bin");
}

TEST(file_type, does_not_mind_a_character_cut_off_at_the_end) {
  std::string text = std::string(1022, 'a') + "가";
  EXPECT_EQ(extension_of(text), "txt");
  EXPECT_EQ(extension_of("a\xea\xb0 b"), "bin");
}

} // namespace
} // namespace dure::gateway
