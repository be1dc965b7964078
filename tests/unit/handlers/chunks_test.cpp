#include "node/handlers/document/chunks.hpp"
#include "node/handlers/document/pdf/pdf_text.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace dure::node {

namespace {

std::vector<std::string> pieces(const std::vector<page_text>& pages, std::size_t size,
                                std::size_t overlap) {
  std::vector<std::string> texts;
  for (const text_chunk& chunk : make_chunks(pages, size, overlap))
    texts.push_back(chunk.text);
  return texts;
}

std::vector<std::string> pieces(const std::string& text, std::size_t size,
                                std::size_t overlap = 0) {
  return pieces({{1, {}, text}}, size, overlap);
}

std::string repeated(const std::string& what, int times) {
  std::string text;
  for (int n = 0; n < times; ++n)
    text += what;
  return text;
}

std::size_t characters_in(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

/// 각 as three letters: what Korean files from a Mac hold.
const std::string decomposed = "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8";

/// Returns a piece of text that no other `n` gives, or blanks.
std::string token(unsigned int n, std::size_t kind) {
  switch (kind) {
  case 0:
    return utf8_of(std::vector{0xac00 + n});
  case 1:
    return utf8_of(std::vector{0x1100 + n % 19, 0x1161 + n / 19, 0x11a8U});
  case 2:
    return utf8_of(std::vector{0x4e00 + n});
  case 3:
    return "w" + std::to_string(n);
  default:
    return kind == 4 ? " " : "\n ";
  }
}

} // namespace

TEST(make_chunks, cuts_between_words) {
  EXPECT_EQ(pieces("one two three four", 9),
            (std::vector<std::string>{"one two", "three", "four"}));
  EXPECT_EQ(pieces("하나 둘 셋 넷", 4), (std::vector<std::string>{"하나 둘", "셋 넷"}));
  EXPECT_EQ(pieces("  one  ", 100), std::vector<std::string>{"one"});
  EXPECT_TRUE(pieces(" \n\t ", 100).empty());
  EXPECT_TRUE(pieces("", 100).empty());
}

TEST(make_chunks, repeats_the_end_of_the_last_chunk) {
  EXPECT_EQ(pieces("a1 b2 c3 d4 e5", 8, 3), (std::vector<std::string>{"a1 b2 c3", "c3 d4 e5"}));
  EXPECT_EQ(pieces("short longerword word", 10, 5),
            (std::vector<std::string>{"short", "longerword", "word"}));
}

TEST(make_chunks, names_the_pages_that_a_chunk_is_from) {
  const auto chunks = make_chunks({{1, {}, "one two"}, {2, {}, ""}, {3, {}, "three"}}, 100, 0);
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].text, "one two\n\nthree");
  EXPECT_EQ(chunks[0].from_page, 1);
  EXPECT_EQ(chunks[0].to_page, 3);
  const auto apart = make_chunks({{1, {}, "one two"}, {2, {}, "three"}}, 7, 0);
  ASSERT_EQ(apart.size(), 2U);
  EXPECT_EQ(apart[1].from_page, 2);
}

TEST(make_chunks, never_tears_a_syllable_that_is_written_in_letters) {
  for (const std::string& chunk : pieces(repeated(decomposed, 500), 100)) {
    EXPECT_EQ(chunk.size() % decomposed.size(), 0U);
    EXPECT_LE(characters_in(chunk), 100U);
  }
}

TEST(make_chunks, cuts_long_text_without_spaces_between_words_of_a_dictionary) {
  const auto chunks = pieces(repeated("我们在北京大学学习中文", 30), 64, 16);
  ASSERT_GT(chunks.size(), 4U);
  for (const std::string& chunk : chunks)
    EXPECT_LE(characters_in(chunk), 64U);
}

TEST(make_chunks, loses_no_word_and_keeps_the_size_whatever_the_text) {
  std::mt19937 dice{7};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (unsigned int n = 0; n < 200; ++n)
      text += token(n, dice() % 6);
    const std::size_t size = 16 + dice() % 50;
    std::size_t covered = 0;
    for (const std::string& chunk : pieces(text, size, dice() % (size / 2))) {
      const std::size_t at = text.find(chunk);
      ASSERT_NE(at, std::string::npos);
      const auto gap = at > covered ? text.substr(covered, at - covered) : "";
      EXPECT_EQ(gap.find_first_not_of(" \n"), std::string::npos) << gap;
      covered = at + chunk.size();
      EXPECT_LE(characters_in(chunk), size);
    }
    EXPECT_EQ(text.find_first_not_of(" \n", covered), std::string::npos);
  }
}

} // namespace dure::node
