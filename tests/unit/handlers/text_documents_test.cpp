#include "node/handlers/document/text/csv_text.hpp"
#include "node/handlers/document/text/decoded_text.hpp"
#include "node/handlers/document/text/html_text.hpp"
#include "node/handlers/document/text/markdown_text.hpp"

#include <gtest/gtest.h>

namespace dure::node {

namespace {

text_findings html(const std::string& source) {
  return html_text(source);
}

std::string repeated(const std::string& what, int times) {
  std::string text;
  for (int n = 0; n < times; ++n)
    text += what;
  return text;
}

} // namespace

TEST(decode_text, reads_every_encoding_we_know) {
  EXPECT_EQ(decode_text("\xef\xbb\xbf가\r\n나\r", text_encoding::utf_8).utf8, "가\n나\n");
  EXPECT_EQ(decode_text("\xb0\xa1\xb3\xaa \x8c\x63", text_encoding::cp949).utf8, "가나 똠");
  const std::string little{"\xff\xfe\x00\xac\x3d\xd8\x00\xde", 8};
  EXPECT_EQ(decode_text(little, text_encoding::utf_16le).utf8, "가😀");
  const std::string big{"\xac\x00\x00\x41", 4};
  EXPECT_EQ(decode_text(big, text_encoding::utf_16be).utf8, "가A");
}

TEST(decode_text, counts_what_it_cannot_read) {
  const auto made = decode_text("a\xff\xef\xbf\xbd", text_encoding::utf_8);
  EXPECT_EQ(made.replaced, 1U) << "one was there before";
  EXPECT_STREQ(made.encoding, "UTF-8");
}

TEST(decode_text, reads_korean_that_begins_with_ascii) {
  const auto made = decode_text(std::string(5'000, 'a') + "\xb0\xa1\xb3\xaa", text_encoding::utf_8);
  EXPECT_STREQ(made.encoding, "CP949");
  EXPECT_TRUE(made.utf8.ends_with("가나"));
}

TEST(decode_text, converts_more_than_fits_into_its_buffers) {
  EXPECT_EQ(decode_text(repeated("\xb0\xa1\xb3\xaa ", 50'000), text_encoding::cp949).utf8,
            repeated("가나 ", 50'000));
}

TEST(html_text, shows_what_a_reader_sees) {
  const auto found = html("<!doctype html><title> A  <b>title</title><meta name=Author content=Kim>"
                          "<style>p{}</style><script>var x = '<p>no</p>'</script>"
                          "<h1>Big <i>words</i></h1><p>one\n  two<b>three</b>&amp;&#44032;<br>four"
                          "<pre>a\n  b</pre><!-- no -->");
  EXPECT_EQ(found.text, "Big words\none twothree&가\nfour\na\n  b\n");
  EXPECT_EQ(found.metadata.at("title"), "A <b>title");
  EXPECT_EQ(found.metadata.at("author"), "Kim");
  ASSERT_EQ(found.outline.size(), 1U);
  EXPECT_EQ(found.outline[0].title, "Big words");
  EXPECT_EQ(found.outline[0].level, 1);
}

TEST(html_text, keeps_the_cells_of_a_row_apart) {
  EXPECT_EQ(html("<table><tr><td>a<td>b<tr><th>c</th><td>d</td></table>").text, "a\tb\nc\td\n");
}

TEST(html_text, reads_broken_html_as_browsers_do) {
  EXPECT_EQ(html("<p>one<p>two</i></div><td>three").text, "one\ntwothree\n");
  EXPECT_EQ(html("").text, "");
}

TEST(html_text, does_not_fall_into_a_deep_tree) {
  EXPECT_EQ(html(repeated("<div>", 10'000) + "deep").text, "deep\n");
}

TEST(markdown_text, stays_as_it_is_and_has_its_headings_as_outline) {
  const std::string source = "## 작은 `제목`\n\nBig\n===\n\n```\n# no heading\n```\n\n> # quoted\n";
  const auto found = markdown_text(source);
  EXPECT_EQ(found.text, source);
  ASSERT_EQ(found.outline.size(), 3U);
  EXPECT_EQ(found.outline[0].title, "작은 제목");
  EXPECT_EQ(found.outline[0].level, 2);
  EXPECT_EQ(found.metadata.at("title"), "Big");
}

TEST(markdown_text, does_not_fall_into_a_deep_tree) {
  EXPECT_TRUE(markdown_text(repeated("> ", 100'000) + "deep").outline.empty());
}

TEST(csv_text, counts_records_and_names_columns) {
  const auto found = csv_text("id;\"na;me\"\n1;\"a\n\"\"b\"\n\n2;c");
  EXPECT_EQ(found.metadata.at("columns"), (nlohmann::json{"id", "na;me"}));
  EXPECT_EQ(found.metadata.at("rows"), 2);
  EXPECT_EQ(found.metadata.at("delimiter"), ";");
}

} // namespace dure::node
