#include "node/sandbox/line_buffer.hpp"

#include <gtest/gtest.h>

namespace dure::node {

TEST(line_buffer, cuts_lines_wherever_the_reads_fell) {
  const std::string text = "one\n\ntwo and three\nrest";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    line_buffer lines{100};
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size(); at += step) {
      lines.append(std::string_view{text}.substr(at, step));
      while (const auto line = lines.next())
        found.emplace_back(*line);
    }
    EXPECT_EQ(found, (std::vector<std::string>{"one", "", "two and three"})) << step;
  }
}

TEST(line_buffer, says_when_a_line_has_no_end) {
  line_buffer lines{4};
  lines.append("abcd");
  EXPECT_FALSE(lines.next());
  EXPECT_FALSE(lines.overflowed());
  lines.append("e");
  EXPECT_FALSE(lines.next());
  EXPECT_TRUE(lines.overflowed());
}

} // namespace dure::node
