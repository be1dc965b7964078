#pragma once

#include <string>
#include <string_view>

namespace dure::node {

/// Text as a browser lays it out: runs of blanks become one space, blocks begin new lines. One
/// owner.
class folded_text {
public:
  /// Adds text; `as_it_is` keeps its blanks and lines.
  void add(std::string_view text, bool as_it_is);

  /// What follows stands on a line of its own.
  void begin_block();
  void end_line();

  /// What follows stands in the next cell of the row.
  void end_cell();

  /// Returns the text, which is empty afterwards.
  std::string take();

private:
  void trim();

  std::string text_;
  bool blank_ = false; ///< A blank is due before the next word.
};

} // namespace dure::node
