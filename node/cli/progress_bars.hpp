#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dure::node {

/// Shows how far several things are on stderr: on a terminal a bar for each, redrawn in place;
/// otherwise a line for each change. One owner.
class progress_bars {
public:
  /// One bar for each label, e.g. a file name.
  explicit progress_bars(std::vector<std::string> labels);
  ~progress_bars();

  progress_bars(const progress_bars&) = delete;
  progress_bars& operator=(const progress_bars&) = delete;

  /// `percent` is 0 to 100; `text` stands behind the bar.
  void show(std::size_t bar, int percent, std::string_view text);

  /// Shows a last time how far it came; the line stays, whatever comes below.
  void finish(std::size_t bar, int percent, std::string_view text);

  /// Takes the bars off the screen, so that something can be printed; the next `show` draws them.
  void hide();

private:
  struct row {
    std::string label;
    std::string shown;
    int percent = 0;
    std::string text;
    bool begun = false;
  };

  std::string line_of(const row& of, bool plain) const;
  void draw();

  std::vector<row> rows_;
  std::size_t label_columns_ = 0;
  std::size_t drawn_ = 0; ///< Lines on the screen that the next drawing replaces.
  bool terminal_;
  bool colour_;
};

/// Returns "[#####-----]" with `width` places.
std::string bar_text(int percent, int width);

} // namespace dure::node
