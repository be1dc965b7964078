#include "gateway/api/csv_reader.hpp"

#include <algorithm>

namespace dure::gateway {

namespace {

problem at_line(std::uint64_t line, std::string code, const std::string& what) {
  return {400, std::move(code), "Line " + std::to_string(line) + ": " + what, {}, {}};
}

} // namespace

checked<std::optional<csv_row>> csv_reader::next() {
  using row = checked<std::optional<csv_row>>;
  while (used_ < text_.size()) {
    if (step(text_[used_++]))
      return row{std::optional{std::exchange(row_, {})}};
    if (row_bytes_ > csv_row_bytes_max)
      return at_line(row_.line, "row_too_large", "The row is over 1 MiB.");
  }
  if (!finished_ || !begun_)
    return row{std::optional<csv_row>{}};
  if (quoted_ && !quote_seen_)
    return at_line(row_.line, "unclosed_quote", "A quote is never closed.");
  end_field();
  begun_ = quoted_ = quote_seen_ = false;
  return row{std::optional{std::exchange(row_, {})}};
}

/// Takes one character; returns whether it ended a row.
bool csv_reader::step(char c) {
  const bool follows_cr = std::exchange(after_cr_, false);
  if (c == '\n' && follows_cr)
    return false; // The line was counted at its CR.
  const bool line_end = c == '\n' || c == '\r';
  after_cr_ = c == '\r' && !(quoted_ && !quote_seen_);
  if (!begun_ && !line_end) {
    begun_ = true;
    row_.line = line_;
  }
  line_ += line_end && !(c == '\r' && !after_cr_) ? 1 : 0;
  ++row_bytes_;
  if (quoted_ && !quote_seen_) {
    if (c == '"')
      quote_seen_ = true;
    else
      field_ += c;
    return false;
  }
  if (quoted_ && c == '"') {
    field_ += c;
    quote_seen_ = false;
    return false;
  }
  if (c == '"' && field_.empty() && !quoted_) {
    quoted_ = true;
    return false;
  }
  if (c == delimiter_) {
    end_field();
    return false;
  }
  if (!line_end) {
    field_ += c;
    return false;
  }
  if (!begun_) {
    row_bytes_ = 0;
    return false;
  }
  end_field();
  begun_ = false;
  row_bytes_ = 0;
  return true;
}

void csv_reader::end_field() {
  row_.fields.push_back(std::exchange(field_, {}));
  quoted_ = quote_seen_ = false;
}

char guess_delimiter(std::string_view beginning) {
  const auto line = beginning.substr(0, beginning.find_first_of("\r\n"));
  const auto times = [line](char c) { return std::count(line.begin(), line.end(), c); };
  if (times('\t') > times(','))
    return '\t';
  return times(';') > times(',') ? ';' : ',';
}

} // namespace dure::gateway
