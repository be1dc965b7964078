#include "gateway/api/file_name.hpp"
#include "gateway/api/unicode.hpp"

#include <gtest/gtest.h>

namespace dure::gateway {

namespace {

using namespace std::string_view_literals;

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

TEST(clean_file_name, keeps_only_the_last_part) {
  EXPECT_EQ(clean_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(clean_file_name("C:\\Users\\me\\보고서.pdf"), "보고서.pdf");
  EXPECT_EQ(clean_file_name(".."), "file");
  EXPECT_EQ(clean_file_name("a/"), "file");
}

TEST(clean_file_name, leaves_nothing_that_breaks_a_header_or_json) {
  EXPECT_EQ(clean_file_name("a\r\nb\0c\x7f.pdf"sv), "abc.pdf");
  EXPECT_EQ(clean_file_name("a\xff.pdf"), "a\xef\xbf\xbd.pdf");
  EXPECT_EQ(clean_file_name("a\xc2\x85\xe2\x80\xa8.pdf"), "a.pdf");
}

TEST(clean_file_name, lets_nobody_turn_the_extension_around) {
  EXPECT_EQ(clean_file_name("invoice\xe2\x80\xae"
                            "fdp.exe"),
            "invoicefdp.exe");
  EXPECT_EQ(clean_file_name("\xe2\x81\xa7"
                            "a\xe2\x81\xa9.pdf"),
            "a.pdf");
  EXPECT_EQ(clean_file_name("שלום\xe2\x80\x8f.pdf"), "שלום\xe2\x80\x8f.pdf") << "a mark only";
}

TEST(clean_file_name, composes_hangul_that_came_as_letters) {
  // ᄇ ᅩ ᄀ ᅩ ᄉ ᅥ, as macOS sends 보고서.
  EXPECT_EQ(clean_file_name("\u1107\u1169\u1100\u1169\u1109\u1165.pdf"), "보고서.pdf");
  EXPECT_EQ(clean_file_name("e\u0301.pdf"), "é.pdf");
}

TEST(clean_file_name, cuts_between_characters_and_keeps_the_extension) {
  EXPECT_EQ(clean_file_name(repeated("가", 100)), repeated("가", 85));
  EXPECT_EQ(clean_file_name(repeated("가", 100) + ".pdf"), repeated("가", 83) + ".pdf");
  EXPECT_EQ(clean_file_name(repeated("a", 255)), repeated("a", 255));
  EXPECT_EQ(clean_file_name(repeated("a", 252) + ".pdf"), repeated("a", 251) + ".pdf");
  EXPECT_EQ(clean_file_name(repeated("가", 90) + ".끝"), repeated("가", 85)) << "no extension";
  EXPECT_EQ(clean_file_name(repeated("가", 90) + "."), repeated("가", 85));
  EXPECT_EQ(clean_file_name("a" + repeated("\u0e49", 100)), "a" + repeated("\u0e49", 84));
  // A family is five code points of 18 bytes that are read as one.
  EXPECT_EQ(clean_file_name(repeated("👨\u200d👩\u200d👧", 20)), repeated("👨\u200d👩\u200d👧", 14));
}

TEST(folded, finds_what_differs_in_case_or_composition) {
  EXPECT_EQ(folded("REPORT É"), folded("report e\u0301"));
  EXPECT_EQ(folded("\u1107\u1169"), folded("보"));
  EXPECT_EQ(folded("a\xff"), "a\xff");
}

} // namespace
} // namespace dure::gateway
