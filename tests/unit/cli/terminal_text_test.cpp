#include "node/cli/progress_bars.hpp"
#include "node/cli/terminal_text.hpp"

#include <gtest/gtest.h>

namespace dure::node {
namespace {

TEST(terminal_text, counts_hangul_and_wide_characters_twice) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("4/10 페이지"), 11U);
  EXPECT_EQ(columns_of("漢字"), 4U);
  EXPECT_EQ(columns_of(""), 0U);
}

TEST(terminal_text, cuts_between_characters_and_says_so) {
  EXPECT_EQ(clipped("abcdef", 6), "abcdef");
  EXPECT_EQ(clipped("abcdef", 5), "abcd…");
  EXPECT_EQ(clipped("페이지", 4), "페…");
  EXPECT_EQ(clipped("abc", 0), "");
  for (std::size_t columns = 1; columns < 12; ++columns)
    EXPECT_LE(columns_of(clipped("a페b이c지d", columns)), columns);
}

TEST(terminal_text, lets_no_control_character_reach_the_terminal) {
  EXPECT_EQ(clipped("a\x1b[31mb\r\n\tc\x7f", 80), "a[31mbc");
  EXPECT_EQ(clipped("\xc2\x9b"
                    "31m",
                    80),
            "31m")
      << "a CSI in one character";
}

TEST(terminal_text, takes_bytes_that_are_no_text) {
  EXPECT_EQ(columns_of("\xf0"), 1U);
  EXPECT_EQ(clipped("a\xe1", 80), "a\xe1");
}

TEST(terminal_text, puts_cells_below_each_other) {
  EXPECT_EQ(table_text({{"NAME", "N"}, {"한글", "1"}, {"x", "22"}}),
            "NAME  N\n한글  1\nx     22\n");
}

TEST(progress_bars, fill_by_percent_and_stay_within_their_places) {
  EXPECT_EQ(bar_text(0, 4), "[----]");
  EXPECT_EQ(bar_text(50, 4), "[##--]");
  EXPECT_EQ(bar_text(250, 4), "[####]");
  EXPECT_EQ(bar_text(-3, 4), "[----]");
}

} // namespace
} // namespace dure::node
