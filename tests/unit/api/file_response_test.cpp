#include "gateway/api/file_response.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace dure::gateway {
namespace {

blob_ref file_of(std::uint64_t bytes, std::string type = "application/pdf") {
  return {std::string(64, 'a'), bytes, "stored.pdf", std::move(type)};
}

response answer_to(file_conditions wanted, std::uint64_t bytes = 100) {
  wanted.path = "/x";
  return to_file_response(file_of(bytes), "논문.pdf", wanted, file_display::download);
}

TEST(file_response, gives_the_whole_file_with_its_hash_as_a_strong_tag) {
  auto r = answer_to({});
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.header("ETag"), "\"" + std::string(64, 'a') + "\"");
  EXPECT_EQ(r.header("Accept-Ranges"), "bytes");
  ASSERT_TRUE(r.stream);
  EXPECT_EQ(r.stream->size(), 100U);
  EXPECT_TRUE(r.stream->as_stored);
}

TEST(file_response, gives_the_part_that_a_range_names) {
  struct example {
    const char* range;
    std::uint64_t from;
    std::uint64_t length;
    const char* content_range;
  };

  for (const auto& [range, from, length, content_range] :
       {example{"bytes=0-0", 0, 1, "bytes 0-0/100"},
        {"bytes=10-19", 10, 10, "bytes 10-19/100"},
        {"bytes=90-", 90, 10, "bytes 90-99/100"},
        {"bytes=-5", 95, 5, "bytes 95-99/100"},
        {"bytes=-500", 0, 100, "bytes 0-99/100"},
        {"Bytes=99-1000", 99, 1, "bytes 99-99/100"}}) {
    auto r = answer_to({.range = range});
    EXPECT_EQ(r.status, 206) << range;
    ASSERT_TRUE(r.stream) << range;
    EXPECT_EQ(r.stream->from, from) << range;
    EXPECT_EQ(r.stream->size(), length) << range;
    EXPECT_EQ(r.header("Content-Range"), content_range) << range;
  }
}

TEST(file_response, takes_a_range_that_makes_no_sense_for_none) {
  for (const char* range : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-3", "pages=1-2",
                            "bytes=0-1,5-6", "bytes=1", "bytes=99999999999999999999-"})
    EXPECT_EQ(answer_to({.range = range}).status, 200) << range;
}

TEST(file_response, refuses_a_range_behind_the_end_and_says_where_that_is) {
  for (const char* range : {"bytes=100-", "bytes=100-200", "bytes=-0"}) {
    auto r = answer_to({.range = range});
    EXPECT_EQ(r.status, 416) << range;
    EXPECT_EQ(r.header("Content-Range"), "bytes */100") << range;
    EXPECT_FALSE(r.stream);
  }
  EXPECT_EQ(answer_to({.range = "bytes=0-"}, 0).status, 416);
}

TEST(file_response, sends_the_rest_only_of_the_file_that_the_client_began_with) {
  const auto own = "\"" + std::string(64, 'a') + "\"";
  EXPECT_EQ(answer_to({.range = "bytes=1-", .if_range = own}).status, 206);
  EXPECT_EQ(answer_to({.range = "bytes=1-", .if_range = "\"other\""}).status, 200);
}

TEST(file_response, sends_nothing_to_who_has_it_already) {
  const auto own = "\"" + std::string(64, 'a') + "\"";
  auto r = answer_to({.range = "bytes=1-", .if_none_match = own});
  EXPECT_EQ(r.status, 304);
  EXPECT_FALSE(r.stream);
}

TEST(file_response, names_the_file_for_old_and_new_clients) {
  EXPECT_EQ(to_disposition("논문 1.pdf", file_display::download),
            "attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''%EB%85%BC%EB%AC%B8%201.pdf");
  EXPECT_EQ(to_disposition("thumbnail-1.png", file_display::in_the_page),
            "inline; filename=\"thumbnail-1.png\"; filename*=UTF-8''thumbnail-1.png");
}

TEST(file_response, lets_no_name_break_out_of_its_header) {
  for (const char* name : {"../../etc/passwd", "a\r\nSet-Cookie: x", "a\"; filename=b", "C:\\x\\y",
                           "\x01\x02", "", "a%0d%0ab"}) {
    const auto field = to_disposition(name, file_display::download);
    EXPECT_EQ(field.find_first_of("\r\n\\/"), std::string::npos) << field;
    EXPECT_EQ(std::count(field.begin(), field.end(), '"'), 2) << field;
  }
}

TEST(file_response, never_says_a_type_that_a_browser_would_run) {
  for (const char* type : {"text/html", "image/svg+xml", "application/javascript", "text/xml",
                           "application/xhtml+xml", "nonsense", "", "text/plain\r\nX: y"})
    EXPECT_EQ(to_safe_type(type).find('\n'), std::string::npos) << type;
  EXPECT_EQ(to_safe_type("text/html"), "application/octet-stream");
  EXPECT_EQ(to_safe_type("image/svg+xml"), "application/octet-stream");
  EXPECT_EQ(to_safe_type("text/plain"), "text/plain; charset=utf-8");
  EXPECT_EQ(to_safe_type("image/PNG"), "image/png");
}

} // namespace
} // namespace dure::gateway
