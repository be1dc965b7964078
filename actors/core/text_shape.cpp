#include "actors/core/text_shape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace dure {

namespace {

constexpr std::string_view blanks = " \t\r\n\f";

std::string_view without_leading_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text;
}

/// Leaves out comments and an XML declaration.
std::string_view first_tag(std::string_view head) {
  for (;;) {
    head = without_leading_blanks(head);
    const auto close = head.starts_with("<!--")    ? std::string_view{"-->"}
                       : head.starts_with("<?xml") ? std::string_view{"?>"}
                                                   : std::string_view{};
    if (close.empty())
      return head;
    const auto end = head.find(close);
    if (end == std::string_view::npos)
      return {};
    head.remove_prefix(end + close.size());
  }
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// What one delimiter makes of a head.
struct csv_view {
  std::size_t records = 0;
  std::size_t fields = 0; ///< In each record.
  std::size_t spaced = 0; ///< Fields after the first that begin with a blank, as in prose.
  std::size_t empty = 0;  ///< Empty fields of the first record.
  bool consistent = true;
};

void end_record(csv_view& view, std::size_t fields) {
  view.consistent = view.consistent && (view.records == 0 || view.fields == fields);
  view.fields = fields;
  ++view.records;
}

/// Walks over fields and quotes as RFC 4180 has them.
csv_view view_through(std::string_view head, char delimiter, bool whole) {
  csv_view view;
  std::size_t fields = 1;
  bool quoted = false;
  bool begins = true; // A field does.
  std::size_t characters = 0;
  for (std::size_t i = 0; i < head.size() && view.consistent; ++i) {
    const char c = head[i];
    if (c == '"' && (quoted || begins)) {
      quoted = !quoted;
    } else if (!quoted && c == delimiter) {
      view.empty += view.records == 0 && begins;
      view.spaced += i + 1 < head.size() && head[i + 1] == ' ';
      ++fields;
    } else if (!quoted && c == '\n') {
      if (characters > 0)
        end_record(view, fields);
      fields = 1;
      characters = 0;
    }
    begins = !quoted && (c == delimiter || c == '\n');
    characters += c != '\n' && c != '\r';
  }
  if (whole && !quoted && characters > 0)
    end_record(view, fields);
  view.consistent = view.consistent && !(whole && quoted);
  return view;
}

bool is_csv(const csv_view& view) {
  const auto between = view.records * (view.fields - 1);
  return view.consistent && view.records >= 2 && view.fields >= 2 && view.empty == 0 &&
         view.spaced * 2 < between + 1;
}

bool is_heading(std::string_view line) {
  const auto marks = line.find_first_not_of('#');
  return marks >= 1 && marks <= 6 && marks != std::string_view::npos && line[marks] == ' ';
}

bool is_list_item(std::string_view line) {
  const auto mark = line.find_first_not_of("0123456789");
  if (line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ "))
    return true;
  return mark > 0 && mark < 4 && line.substr(mark).starts_with(". ");
}

bool is_underline(std::string_view line) {
  return line.size() >= 3 && (line.find_first_not_of('=') == std::string_view::npos ||
                              line.find_first_not_of('-') == std::string_view::npos);
}

/// Returns how strongly a line speaks for Markdown.
int weight_of(std::string_view line, std::string_view before) {
  if (is_heading(line))
    return 2;
  if (line.starts_with("```") || line.starts_with("~~~") || line.starts_with("|--") ||
      line.starts_with("| --") || line.starts_with("|:-"))
    return 2;
  if (is_underline(line) && !before.empty())
    return 2;
  if (line.find("](") != std::string_view::npos)
    return 2;
  return is_list_item(line) || line.starts_with("> ") || line.find("**") != std::string_view::npos;
}

} // namespace

bool begins_like_html(std::string_view head) {
  constexpr std::array<std::string_view, 9> tags{"<!doctype html", "<html",  "<head",
                                                 "<title",         "<body",  "<script",
                                                 "<style",         "<meta ", "<link "};
  std::string lower{first_tag(head).substr(0, 16)};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::any_of(tags.begin(), tags.end(), [&lower](std::string_view tag) {
    const bool ended =
        tag.ends_with(' ') || lower.size() == tag.size() ||
        blanks.find(lower[std::min(tag.size(), lower.size() - 1)]) != std::string_view::npos ||
        lower.substr(std::min(tag.size(), lower.size())).starts_with('>');
    return lower.starts_with(tag) && ended;
  });
}

char csv_delimiter_of(std::string_view head, bool whole) {
  for (const char delimiter : {',', '\t', ';', '|'})
    if (is_csv(view_through(head, delimiter, whole)))
      return delimiter;
  return 0;
}

bool looks_like_markdown(std::string_view head) {
  if (head.starts_with("#!"))
    return false;
  head = without_leading_blanks(head);
  const auto first_line = head.substr(0, head.find('\n'));
  const auto rest = head.substr(first_line.size());
  // A title alone, with an empty line after it, is how most of them begin.
  int weight = is_heading(first_line) && (rest.starts_with("\n\n") || rest.starts_with("\r\n\r\n"));
  std::string_view before;
  while (!head.empty() && weight < 3) {
    const auto line = take_line(head);
    weight += weight_of(line, before);
    before = line;
  }
  return weight >= 3;
}

} // namespace dure
