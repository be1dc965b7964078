#include "gateway/http/media_type.hpp"
#include "gateway/http/multipart.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace dure::gateway {

namespace {

/// What a body was taken apart into.
struct parts {
  struct part {
    std::string name;
    std::optional<std::string> file_name;
    std::string content;
    bool ended = false;

    bool operator==(const part&) const = default;
  };

  std::vector<part> all;
  std::string code; ///< Of the problem that ended it.
  bool complete = false;

  bool operator==(const parts&) const = default;
};

/// Notes events until the parser needs more; returns whether it may be fed again.
bool note(multipart_parser& parser, parts& seen) {
  for (;;) {
    auto event = parser.next();
    if (!event) {
      seen.code = event.error().code;
      return false;
    }
    if (auto* begins = std::get_if<multipart_event::part_begins>(&*event))
      seen.all.push_back({begins->name, begins->file_name, {}, false});
    else if (auto* piece = std::get_if<multipart_event::part_bytes>(&*event))
      seen.all.back().content += piece->bytes;
    else if (std::holds_alternative<multipart_event::part_ends>(*event))
      seen.all.back().ended = true;
    else if (std::holds_alternative<multipart_event::body_ends>(*event))
      seen.complete = true;
    if (seen.complete || std::holds_alternative<multipart_event::need_more>(*event))
      return !seen.complete;
  }
}

/// Feeds `body` in pieces of `step` bytes.
parts take_apart(std::string_view body, std::size_t step = 1'000'000) {
  multipart_parser parser{"XX"};
  parts seen;
  for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) {
    parser.feed(body.substr(0, step));
    if (!note(parser, seen))
      return seen;
  }
  parser.finish();
  note(parser, seen);
  return seen;
}

constexpr std::string_view two_parts = "ignored preamble\r\n"
                                       "--XX\r\n"
                                       "Content-Disposition: form-data; name=\"note\"\r\n"
                                       "\r\n"
                                       "hello\r\n"
                                       "--XX  \r\n"
                                       "content-type: application/pdf\r\n"
                                       "CONTENT-DISPOSITION: form-data; name=file; "
                                       "filename=\"a \\\"b\\\".pdf\"\r\n"
                                       "\r\n"
                                       "%PDF\r\n--X\r\n-XX\r\n\r\n"
                                       "\r\n--XX--\r\nignored epilogue";

TEST(multipart, takes_a_body_apart) {
  auto seen = take_apart(two_parts);
  ASSERT_TRUE(seen.complete) << seen.code;
  ASSERT_EQ(seen.all.size(), 2U);
  EXPECT_EQ(seen.all[0], (parts::part{"note", std::nullopt, "hello", true}));
  EXPECT_EQ(seen.all[1], (parts::part{"file", "a \"b\".pdf", "%PDF\r\n--X\r\n-XX\r\n\r\n", true}));
}

TEST(multipart, does_not_care_where_the_pieces_are_cut) {
  auto whole = take_apart(two_parts);
  for (std::size_t step = 1; step < 40; ++step)
    EXPECT_EQ(take_apart(two_parts, step), whole) << step;
}

TEST(multipart, notices_every_place_where_a_body_may_be_cut_off) {
  auto end = two_parts.find("--XX--") + 6;
  for (std::size_t size = 0; size < end; ++size) {
    auto seen = take_apart(two_parts.substr(0, size));
    EXPECT_FALSE(seen.complete) << size;
    EXPECT_FALSE(seen.code.empty()) << size;
  }
  EXPECT_TRUE(take_apart(two_parts.substr(0, end)).complete);
}

TEST(multipart, takes_an_empty_part) {
  auto seen = take_apart("--XX\r\nContent-Disposition: form-data; name=\"file\"; "
                         "filename=\"\"\r\n\r\n\r\n--XX--");
  ASSERT_TRUE(seen.complete);
  ASSERT_EQ(seen.all.size(), 1U);
  EXPECT_EQ(seen.all[0], (parts::part{"file", "", "", true}));
}

TEST(multipart, refuses_a_body_with_another_boundary) {
  EXPECT_EQ(take_apart("--YY\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--YY--").code,
            "wrong_boundary");
  EXPECT_EQ(take_apart("").code, "wrong_boundary");
  EXPECT_EQ(take_apart(std::string(200'000, 'x'), 10'000).code, "wrong_boundary");
}

TEST(multipart, tells_a_missing_end_from_a_wrong_boundary) {
  EXPECT_EQ(take_apart("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n").code,
            "multipart_cut_off");
}

TEST(multipart, refuses_parts_that_say_nothing_of_themselves) {
  for (auto header : {"\r\n\r\n", "\r\nContent-Type: a/b\r\n\r\n", "\r\nno colon\r\n\r\n",
                      "\r\nContent-Disposition: attachment; name=a\r\n\r\n",
                      "\r\nContent-Disposition: form-data\r\n\r\n",
                      "\r\nContent-Disposition: form-data; name=\"a\r\n\r\n", " x\r\n\r\n"})
    EXPECT_EQ(take_apart("--XX" + std::string{header} + "x\r\n--XX--").code, "multipart_malformed")
        << header;
}

TEST(multipart, refuses_headers_and_parts_without_end) {
  EXPECT_EQ(take_apart("--XX\r\n" + std::string(100'000, 'h'), 1000).code, "multipart_malformed");
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
  EXPECT_EQ(take_apart(many + "--XX--").code, "multipart_malformed");
}

TEST(multipart, reads_file_names_of_all_browsers) {
  auto name_of = [](const std::string& parameters) {
    auto seen = take_apart("--XX\r\nContent-Disposition: form-data; name=f; " + parameters +
                           "\r\n\r\n\r\n--XX--");
    return seen.all.empty() ? seen.code : seen.all[0].file_name.value_or("none");
  };
  EXPECT_EQ(name_of("filename=\"보고서.pdf\""), "보고서.pdf");
  EXPECT_EQ(name_of("filename=\"a%22b.pdf\""), "a\"b.pdf");
  EXPECT_EQ(name_of("filename=\"C:\\dir\\a.pdf\""), "C:\\dir\\a.pdf");
  EXPECT_EQ(name_of("filename=x; filename*=UTF-8''%EB%B3%B4%EA%B3%A0.pdf"), "보고.pdf");
  EXPECT_EQ(name_of("filename=\"semi;colon.pdf\""), "semi;colon.pdf");
  EXPECT_EQ(name_of("other=1"), "none");
}

TEST(multipart, finds_the_boundary_of_a_content_type) {
  EXPECT_EQ(*parse_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(*parse_boundary("Multipart/Form-Data; charset=x; Boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(parse_boundary("multipart/form-data").error().code, "missing_boundary");
  EXPECT_EQ(parse_boundary("multipart/form-data; boundary=").error().status, 415);
  EXPECT_EQ(parse_boundary("multipart/form-data; boundary=\"\"").error().code, "missing_boundary");
  EXPECT_EQ(parse_boundary("multipart/form-data; boundary=" + std::string(71, 'b')).error().status,
            400);
  EXPECT_EQ(parse_boundary("multipart/mixed; boundary=a").error().status, 415);
  EXPECT_EQ(parse_boundary("").error().status, 415);
}

TEST(media_type, knows_json_and_its_lines) {
  EXPECT_TRUE(is_json("application/json; charset=utf-8"));
  EXPECT_TRUE(is_json("application/merge-patch+json"));
  EXPECT_TRUE(is_json(""));
  EXPECT_FALSE(is_json("text/plain"));
  EXPECT_TRUE(is_json_lines("application/x-ndjson"));
  EXPECT_FALSE(is_json_lines("application/json"));
}

TEST(media_type, compresses_for_who_asks) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("br, GZIP;q=0.5"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0.000, br"));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip(""));
}

} // namespace
} // namespace dure::gateway
