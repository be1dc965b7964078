#include "node/config/config_file.hpp"

#include "node/config/kind_table.hpp"
#include "node/config/nearest_word.hpp"
#include "node/config/question_table.hpp"

#include <algorithm>
#include <optional>
#include <toml++/toml.h>

namespace dure::node {

namespace {

constexpr std::string_view kinds_key = "kinds";
constexpr std::string_view questions_key = "questions";

/// With the built-in ones they must fit into one claim.
constexpr std::size_t user_kinds_max = limits::claim_kinds_max - 16;

std::string at_line(const std::string& path, std::size_t line) {
  return path + " line " + std::to_string(line);
}

/// Returns the text form of a TOML value, or nothing for one that no option takes.
std::optional<std::string> text_of(const toml::node& value) {
  if (auto text = value.value_exact<std::string>())
    return text;
  if (auto number = value.value_exact<std::int64_t>())
    return std::to_string(*number);
  if (auto flag = value.value_exact<bool>())
    return *flag ? "true" : "false";
  const auto* list = value.as_array();
  if (list == nullptr)
    return std::nullopt;
  std::string joined;
  for (const auto& element : *list) {
    auto text = element.value_exact<std::string>();
    if (!text)
      return std::nullopt;
    joined += (joined.empty() ? "" : ",") + *text;
  }
  return joined;
}

std::string apply_kinds(parsed_options& to, const std::string& path, const toml::node& value) {
  const auto* kinds = value.as_table();
  const auto where = [&](const toml::node& n) { return at_line(path, n.source().begin.line); };
  if (kinds != nullptr && kinds->size() > user_kinds_max)
    return where(value) + ": there may be at most " + std::to_string(user_kinds_max) + " kinds";
  if (kinds == nullptr)
    return where(value) + ": 'kinds' takes tables, like [kinds.\"thumbs.make\"]";
  for (const auto& [name, of] : *kinds) {
    const auto* table = of.as_table();
    if (table == nullptr)
      return where(of) + ": a kind is a table, like [kinds.\"" + std::string{name.str()} + "\"]";
    auto kind = read_kind(name.str(), *table);
    if (const auto* mistake = std::get_if<kind_mistake>(&kind))
      return at_line(path, mistake->line) + ": " + mistake->text;
    to.origins["kinds." + std::string{name.str()}] = where(of);
    to.options->kinds.push_back(std::get<user_kind>(std::move(kind)));
  }
  return {};
}

std::string apply_option(parsed_options& to, const std::vector<option>& known,
                         const std::string& word, const toml::node& value,
                         const std::string& line) {
  const auto where = line + ": '" + word + "'";
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const option& one) { return one.key == word; });
  if (found == known.end()) {
    std::vector<std::string> words{std::string{kinds_key}, std::string{questions_key}};
    for (const auto& one : known)
      words.push_back(one.key);
    return where + " is unknown; did you mean '" + nearest_word(word, words) + "'?";
  }
  const auto text = text_of(value);
  if (!text)
    return where + " takes a text, a number, true or false, or a list of texts";
  to.origins[word] = line;
  const auto mistake = found->assign(*to.options, *text);
  return mistake.empty() ? "" : where + " " + mistake;
}

} // namespace

std::string apply_config_file(parsed_options& to, const std::vector<option>& known,
                              const std::string& path, const std::string& content) {
  toml::table table;
  try {
    table = toml::parse(content, path);
  } catch (const toml::parse_error& failure) {
    return at_line(path, failure.source().begin.line) +
           " is not TOML: " + std::string{failure.description()};
  }
  for (const auto& [key, value] : table) {
    const std::string word{key.str()};
    auto mistake = word == kinds_key       ? apply_kinds(to, path, value)
                   : word == questions_key ? apply_questions(to, path, value)
                                           : apply_option(to, known, word, value,
                                                          at_line(path, value.source().begin.line));
    if (!mistake.empty())
      return mistake;
  }
  return {};
}

} // namespace dure::node
