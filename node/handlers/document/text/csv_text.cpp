#include "node/handlers/document/text/csv_text.hpp"

#include "actors/core/file_type.hpp"

namespace dure::node {

namespace {

constexpr std::size_t columns_max = 1'000;

/// What is counted while walking over fields and quotes (RFC 4180).
struct csv_counts {
  std::vector<std::string> columns;
  std::size_t records = 0;
};

csv_counts count(const std::string& text, char delimiter) {
  csv_counts found;
  std::string field;
  bool quoted = false;
  bool any = false; // Something is in this record.
  const auto end_field = [&] {
    if (found.records == 0 && found.columns.size() < columns_max)
      found.columns.push_back(field);
    field.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
      field += text[++i];
    else if (c == '"' && (quoted || field.empty()))
      quoted = !quoted;
    else if (c == delimiter && !quoted)
      end_field();
    else if (c == '\n' && !quoted && any) {
      end_field();
      ++found.records;
    } else if (found.records == 0 || field.empty())
      field += c; // Later fields need only be known as empty or not.
    any = quoted || c != '\n';
  }
  if (any) {
    end_field();
    ++found.records;
  }
  return found;
}

} // namespace

text_findings csv_text(std::string text) {
  const char delimiter = detect_csv_delimiter(text);
  const csv_counts counted = count(text, delimiter);
  text_findings found;
  found.text = std::move(text);
  found.metadata["delimiter"] = std::string(1, delimiter);
  found.metadata["columns"] = counted.columns;
  found.metadata["rows"] = counted.records > 0 ? counted.records - 1 : 0;
  return found;
}

} // namespace dure::node
