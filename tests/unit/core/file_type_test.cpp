#include "actors/core/file_type.hpp"

#include <gtest/gtest.h>
#include <string>

namespace dure {

namespace {

using namespace std::string_view_literals;

std::string_view extension_of(std::string_view head) {
  return detect_file_type(head).extension;
}

} // namespace

TEST(file_type, is_told_by_the_bytes) {
  EXPECT_EQ(extension_of("%PDF-1.7\n"), "pdf");
  EXPECT_EQ(detect_file_type("%PDF-1.7\n").media_type, "application/pdf");
  EXPECT_EQ(extension_of("\x89PNG\r\n\x1a\n...."), "png");
  EXPECT_EQ(extension_of("\xff\xd8\xff\xe0"), "jpg");
  EXPECT_EQ(extension_of("PK\x03\x04"), "zip");
  EXPECT_EQ(extension_of("\x1f\x8b\x08"), "gz");
  EXPECT_EQ(extension_of("가나다, plain"), "txt");
  EXPECT_EQ(extension_of("\0\1\2\3"sv), "bin");
  EXPECT_EQ(extension_of("a\xff b"), "bin");
  EXPECT_EQ(extension_of(""), "txt");
}

TEST(file_type, finds_the_magic_of_a_pdf_within_the_first_kilobyte) {
  EXPECT_EQ(extension_of(std::string(1019, '\0') + "%PDF-1.4"), "pdf");
  EXPECT_EQ(extension_of(std::string(1020, '\0') + "%PDF-1.4"), "bin");
}

TEST(file_type, does_not_mind_a_character_cut_off_at_the_end) {
  EXPECT_EQ(extension_of(std::string(file_head_bytes - 2, 'a') + "가"), "txt");
  EXPECT_EQ(extension_of(std::string(file_head_bytes - 1, 'a') + "\xb0\xa1"), "txt");
}

TEST(file_type, knows_html_behind_comments_and_declarations) {
  EXPECT_EQ(extension_of("  <!DOCTYPE HTML><html>"), "html");
  EXPECT_EQ(extension_of("<?xml version='1.0'?>\n<!-- page -->\n<html lang=ko>"), "html");
  EXPECT_EQ(extension_of("\xef\xbb\xbf<body>"), "html");
  EXPECT_EQ(extension_of("<head>"), "html");
  EXPECT_EQ(extension_of("<header>"), "txt");
  EXPECT_EQ(extension_of("<!-- never ends"), "txt");
}

TEST(file_type, knows_csv_by_records_that_agree) {
  EXPECT_EQ(extension_of("id,name\n1,가\n2,나\n"), "csv");
  EXPECT_EQ(extension_of("a;b;c\r\n1;\"x;y\nz\";3"), "csv");
  EXPECT_EQ(extension_of("a\tb\n1\t2\n"), "csv");
  EXPECT_EQ(extension_of("one, two\nthree, four\n"), "txt") << "prose";
  EXPECT_EQ(extension_of("a,b\n1,2,3\n"), "txt");
  EXPECT_EQ(extension_of("a,b\n"), "txt") << "one record says nothing";
  EXPECT_EQ(detect_csv_delimiter("a;b\n1;2\n"), ';');
  EXPECT_EQ(detect_csv_delimiter("a"), 0);
}

TEST(file_type, leaves_out_a_record_that_the_head_cuts_off) {
  std::string head;
  while (head.size() < file_head_bytes)
    head += "alpha,beta,gamma\n";
  EXPECT_EQ(extension_of(head), "csv");
}

TEST(file_type, knows_markdown_by_its_marks) {
  EXPECT_EQ(extension_of("# Title\n\nText.\n"), "md");
  EXPECT_EQ(extension_of("Title\n=====\n\n- one\n- two\n"), "md");
  EXPECT_EQ(extension_of("See [this](a.md).\n\n```\ncode\n```\n"), "md");
  EXPECT_EQ(extension_of("| a | b |\n|---|---|\n| 1 | 2 |\n\n**so**\n"), "md");
  EXPECT_EQ(extension_of("#!/bin/sh\n# one\n# two\n"), "txt");
  EXPECT_EQ(extension_of("A plain letter.\n\nWith - a dash.\n"), "txt");
}

TEST(text_encoding, is_told_by_marks_zeros_and_korean_pairs) {
  EXPECT_EQ(detect_text_encoding("가나다"), text_encoding::utf_8);
  EXPECT_EQ(detect_text_encoding("\xb0\xa1\xb3\xaa, abc"), text_encoding::cp949);
  EXPECT_EQ(detect_text_encoding("\xff\xfe\x00\xac"sv), text_encoding::utf_16le);
  EXPECT_EQ(detect_text_encoding("\xfe\xff\xac\x00"sv), text_encoding::utf_16be);
  EXPECT_EQ(detect_text_encoding("h\0e\0l\0l\0o\0"sv), text_encoding::utf_16le);
  EXPECT_EQ(detect_text_encoding("\0h\0e\0l\0l\0o"sv), text_encoding::utf_16be);
  EXPECT_EQ(detect_text_encoding("\0\1\2\3"sv), text_encoding::none);
  EXPECT_EQ(detect_text_encoding("\xb0 "), text_encoding::none) << "no pair";
  EXPECT_EQ(extension_of("a\0,\0b\0\n\0"
                         "1\0,\0002\0\n\0"sv),
            "csv");
}

} // namespace dure
