#include "node/handlers/document/text/folded_text.hpp"

#include <utility>

namespace dure::node {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

} // namespace

void folded_text::add(std::string_view text, bool as_it_is) {
  if (as_it_is) {
    text_ += text;
    blank_ = false;
    return;
  }
  for (const char c : text) {
    if (is_blank(c)) {
      blank_ = true;
      continue;
    }
    if (blank_ && !text_.empty() && text_.back() != '\n' && text_.back() != '\t')
      text_ += ' ';
    blank_ = false;
    text_ += c;
  }
}

void folded_text::begin_block() {
  trim();
  if (!text_.empty() && text_.back() != '\n')
    text_ += '\n';
}

void folded_text::end_line() {
  trim();
  text_ += '\n';
}

void folded_text::end_cell() {
  blank_ = false;
  text_ += '\t';
}

std::string folded_text::take() {
  trim();
  blank_ = false;
  return std::exchange(text_, {});
}

void folded_text::trim() {
  blank_ = false;
  while (!text_.empty() && (text_.back() == ' ' || text_.back() == '\t'))
    text_.pop_back();
}

} // namespace dure::node
