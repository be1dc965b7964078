#include "node/cli/progress_bars.hpp"

#include "node/cli/terminal_text.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace dure::node {

namespace {

constexpr int bar_width = 24;
constexpr std::size_t label_columns_max = 32;

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return no_colour == nullptr || *no_colour == '\0';
}

struct screen_size {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

screen_size screen() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return {};
  return {size.ws_row, size.ws_col};
}

} // namespace

std::string bar_text(int percent, int width) {
  const int filled = std::clamp(percent, 0, 100) * width / 100;
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(width - filled), '-') + "]";
}

progress_bars::progress_bars(std::vector<std::string> labels)
    : terminal_{::isatty(STDERR_FILENO) == 1}, colour_{wants_colour()} {
  for (const auto& label : labels) {
    rows_.push_back({clipped(label, label_columns_max), {}, 0, {}, false});
    label_columns_ = std::max(label_columns_, columns_of(rows_.back().label));
  }
}

progress_bars::~progress_bars() {
  if (drawn_ > 0)
    std::fputc('\n', stderr);
}

std::string progress_bars::line_of(const row& of, bool plain) const {
  auto label = of.label;
  label.append(label_columns_ - columns_of(label), ' ');
  auto percent = std::to_string(of.percent) + "%";
  percent.insert(0, percent.size() < 4 ? 4 - percent.size() : 0, ' ');
  auto bar = bar_text(of.percent, bar_width);
  const auto room = screen().columns;
  const auto taken = label_columns_ + bar.size() + percent.size() + 4;
  if (plain)
    return label + " " + percent + " " + clipped(of.text, std::string::npos);
  if (taken > room)
    return clipped(label + " " + percent, room - 1);
  if (colour_)
    bar = "\x1b[32m" + bar + "\x1b[0m";
  return label + " " + bar + " " + percent + " " + clipped(of.text, room - taken);
}

void progress_bars::show(std::size_t bar, int percent, std::string_view text) {
  auto& of = rows_[bar];
  if (of.begun && of.percent == percent && of.text == text)
    return;
  of.begun = true;
  of.percent = percent;
  of.text = text;
  if (terminal_)
    return draw();
  std::fprintf(stderr, "%s\n", line_of(of, true).c_str());
}

void progress_bars::finish(std::size_t bar, int percent, std::string_view text) {
  auto& of = rows_[bar];
  const bool said = of.begun && of.percent == percent && of.text == text;
  of.percent = percent;
  of.text = text;
  of.begun = false;
  if (!terminal_) {
    if (!said)
      std::fprintf(stderr, "%s\n", line_of(of, true).c_str());
    return;
  }
  hide();
  std::fprintf(stderr, "%s\n", line_of(of, false).c_str());
  draw();
}

void progress_bars::hide() {
  if (drawn_ == 0)
    return;
  // To the first of the drawn lines, then clear all below.
  if (drawn_ > 1)
    std::fprintf(stderr, "\x1b[%zuA", drawn_ - 1);
  std::fputs("\r\x1b[J", stderr);
  drawn_ = 0;
}

void progress_bars::draw() {
  hide();
  const auto room = std::max<std::size_t>(screen().rows, 3) - 2;
  std::size_t left_out = 0;
  for (const auto& of : rows_) {
    if (!of.begun)
      continue;
    if (drawn_ >= room) {
      ++left_out;
      continue;
    }
    std::fprintf(stderr, "%s%s", drawn_ > 0 ? "\n" : "", line_of(of, false).c_str());
    ++drawn_;
  }
  if (left_out > 0) {
    std::fprintf(stderr, "\n... and %zu more", left_out);
    ++drawn_;
  }
  std::fflush(stderr);
}

} // namespace dure::node
