#include "node/cli/progress_bar.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <utility>

namespace dure::node {

namespace {

constexpr int bar_width = 24;

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return no_colour == nullptr || *no_colour == '\0';
}

} // namespace

std::string bar_text(int percent, int width) {
  const int filled = std::clamp(percent, 0, 100) * width / 100;
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(width - filled), '-') + "]";
}

progress_bar::progress_bar(std::string label)
    : label_{std::move(label)}, terminal_{::isatty(STDERR_FILENO) == 1}, colour_{wants_colour()} {}

progress_bar::~progress_bar() {
  if (terminal_ && !shown_.empty())
    std::fputc('\n', stderr);
}

void progress_bar::show(int percent, std::string_view text) {
  auto bar = bar_text(percent, bar_width);
  if (terminal_ && colour_)
    bar = "\x1b[32m" + bar + "\x1b[0m";
  auto line = label_ + " " + bar + " " + std::to_string(percent) + "% " + std::string{text};
  if (line == shown_)
    return;
  shown_ = std::move(line);
  // A redrawn line erases what a longer one before it left.
  std::fprintf(stderr, terminal_ ? "\r\x1b[K%s" : "%s\n", shown_.c_str());
  std::fflush(stderr);
}

} // namespace dure::node
