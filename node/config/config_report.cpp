#include "node/config/config_report.hpp"

#include "node/config/option_table.hpp"
#include "node/config/question_table.hpp"

#include <array>
#include <charconv>
#include <sstream>
#include <toml++/toml.h>

namespace dure::node {

namespace {

std::string origin_of(const parsed_options& parsed, const std::string& key) {
  const auto found = parsed.origins.find(key);
  return found == parsed.origins.end() ? "default" : found->second;
}

std::int64_t seconds(milliseconds time) {
  return time.count() / 1'000;
}

std::int64_t mebibytes(std::uint64_t bytes) {
  return static_cast<std::int64_t>(bytes >> 20);
}

toml::array texts(const std::vector<std::string>& all) {
  toml::array list;
  for (const auto& text : all)
    list.push_back(text);
  return list;
}

toml::table to_table(const user_kind& kind) {
  return toml::table{{"command", texts(kind.command)},
                     {"queue", kind.queue},
                     {"processes", kind.processes},
                     {"concurrency", kind.concurrency},
                     {"soft_timeout_s", seconds(kind.soft_timeout)},
                     {"hard_timeout_s", seconds(kind.hard_timeout)},
                     {"silence_s", seconds(kind.silence)},
                     {"memory_mib", mebibytes(kind.memory_bytes)},
                     {"output_mib", mebibytes(kind.output_bytes)},
                     {"file_mib", mebibytes(kind.file_bytes)},
                     {"environment", texts(kind.environment)},
                     {"profile", to_string(kind.profile)}};
}

toml::table questions_of(const parsed_options& parsed) {
  toml::table questions;
  for (auto& [key, value] : to_table(parsed.options->questions))
    questions.insert(
        key, toml::table{{"value", std::move(value)},
                         {"origin", origin_of(parsed, "questions." + std::string{key.str()})}});
  return questions;
}

toml::table json_of(const parsed_options& parsed) {
  toml::table options;
  for (const auto& one : options_of("config"))
    options.insert(one.key, toml::table{{"value", one.show(*parsed.options)},
                                        {"origin", origin_of(parsed, one.key)}});
  toml::table kinds;
  for (const auto& kind : parsed.options->kinds) {
    auto table = to_table(kind);
    table.insert("origin", origin_of(parsed, "kinds." + kind.name));
    kinds.insert(kind.name, std::move(table));
  }
  return toml::table{{"options", std::move(options)},
                     {"kinds", std::move(kinds)},
                     {"questions", questions_of(parsed)}};
}

/// Returns the value as TOML: numbers and switches as they are, the rest as quoted text.
std::string literal(const std::string& text) {
  if (text == "true" || text == "false" ||
      (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos))
    return text;
  std::ostringstream out;
  out << toml::value<std::string>{text};
  return out.str();
}

/// Returns the fewest digits that are read back as the same number.
std::string shortest(double number) {
  std::array<char, 32> digits;
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return failure == std::errc{} ? std::string{digits.data(), end} : std::to_string(number);
}

/// Returns a line of TOML with its origin behind it.
std::string with_origin(std::string line, const std::string& origin) {
  constexpr std::size_t origin_column = 40;
  line.append(line.size() < origin_column ? origin_column - line.size() : 1, ' ');
  return line + "# " + origin + "\n";
}

void report_questions(std::ostringstream& out, const parsed_options& parsed) {
  out << "\n[questions]\n";
  auto table = to_table(parsed.options->questions);
  for (const auto& [key, value] : table) {
    const std::string word{key.str()};
    std::ostringstream line;
    line << word << " = ";
    if (const auto number = value.value_exact<double>())
      line << shortest(*number); // toml++ shows 0.7 with all the digits of its nearest double.
    else
      line << toml::toml_formatter{value};
    if (!value.is_table())
      out << with_origin(line.str(), origin_of(parsed, "questions." + word));
  }
  if (const auto* prices = table.get_as<toml::table>("prices"))
    for (const auto& [model, price] : *prices)
      out << "\n[questions.prices." << toml::toml_formatter{toml::value<std::string>{model.str()}}
          << "] # " << origin_of(parsed, "questions.prices") << "\n"
          << *price.as_table() << "\n";
}

} // namespace

std::string config_report(const parsed_options& parsed) {
  std::ostringstream out;
  if (parsed.wants_json) {
    out << toml::json_formatter{json_of(parsed)} << "\n";
    return out.str();
  }
  for (const auto& one : options_of("config")) {
    const auto value = one.show(*parsed.options);
    out << with_origin(value.empty() ? "# " + one.key + " is not set"
                                     : one.key + " = " + literal(value),
                       origin_of(parsed, one.key));
  }
  for (const auto& kind : parsed.options->kinds)
    out << "\n[kinds.\"" << kind.name << "\"] # " << origin_of(parsed, "kinds." + kind.name) << "\n"
        << to_table(kind) << "\n";
  report_questions(out, parsed);
  return out.str();
}

} // namespace dure::node
