#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dure::scenarios {

/// One step of a story file: comments and blank lines, a command, `----`, and what comes of it.
struct block {
  std::string before;   ///< Comments and blank lines in front, kept as they are.
  std::string command;  ///< One line.
  std::string expected; ///< Lines up to the next blank one.
  std::size_t line = 0; ///< Of the command, from 1.
};

std::vector<block> parse_blocks(std::string_view text);

/// Returns the file that `parse_blocks` reads as `blocks`.
std::string to_text(const std::vector<block>& blocks);

} // namespace dure::scenarios
