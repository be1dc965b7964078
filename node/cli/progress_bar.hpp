#pragma once

#include <string>
#include <string_view>

namespace dure::node {

/// Shows how far something is on stderr: one line that redraws itself on a terminal, otherwise a
/// line for each change. One owner.
class progress_bar {
public:
  /// `label` stands in front, e.g. a file name.
  explicit progress_bar(std::string label);
  ~progress_bar();

  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  /// `percent` is 0 to 100; `text` stands behind the bar.
  void show(int percent, std::string_view text);

private:
  std::string label_;
  std::string shown_;
  bool terminal_;
  bool colour_;
};

/// Returns "[#####-----]" with `width` places.
std::string bar_text(int percent, int width);

} // namespace dure::node
