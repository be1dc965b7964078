#include "tests/scenarios/block.hpp"

namespace dure::scenarios {

namespace {

constexpr std::string_view separator = "----";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool is_command(const std::string& line) {
  return !line.empty() && line.front() != '#';
}

} // namespace

std::vector<block> parse_blocks(std::string_view text) {
  const auto lines = lines_of(text);
  std::vector<block> blocks;
  block next;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_command(lines[i])) {
      next.before += lines[i] + "\n";
      continue;
    }
    next.command = lines[i];
    next.line = i + 1;
    if (i + 1 < lines.size() && lines[i + 1] == separator)
      for (i += 2; i < lines.size() && !lines[i].empty(); ++i)
        next.expected += lines[i] + "\n";
    if (i < lines.size() && lines[i].empty())
      --i;
    blocks.push_back(std::move(next));
    next = {};
  }
  return blocks;
}

std::string to_text(const std::vector<block>& blocks) {
  std::string text;
  for (const auto& b : blocks)
    text += b.before + b.command + "\n" + std::string{separator} + "\n" + b.expected;
  return text;
}

} // namespace dure::scenarios
