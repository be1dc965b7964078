#include "gateway/api/question_request.hpp"

#include "actors/core/limits.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

constexpr std::string_view list_field = "options";

struct field_of_draft {
  std::string_view name;
  std::string question_draft::*text;
};

constexpr field_of_draft plain_fields[] = {
    {"questionText", &question_draft::question_text},
    {"correctAnswer", &question_draft::correct_answer},
    {"explanation", &question_draft::explanation},
    {"passageContent", &question_draft::passage_content},
    {"passageComment", &question_draft::passage_comment},
    {"questionNumber", &question_draft::question_number},
    {"subject", &question_draft::subject},
    {"level", &question_draft::level},
};

/// Korean names of columns, as schools write them; blanks are dropped before they are compared.
constexpr std::pair<std::string_view, std::string_view> korean_names[] = {
    {"문제", "questionText"},
    {"질문", "questionText"},
    {"발문", "questionText"},
    {"문항", "questionText"},
    {"정답", "correctAnswer"},
    {"답", "correctAnswer"},
    {"해설", "explanation"},
    {"설명", "explanation"},
    {"지문", "passageContent"},
    {"지문내용", "passageContent"},
    {"본문", "passageContent"},
    {"지문해설", "passageComment"},
    {"지문설명", "passageComment"},
    {"문제번호", "questionNumber"},
    {"문항번호", "questionNumber"},
    {"번호", "questionNumber"},
    {"과목", "subject"},
    {"난이도", "level"},
    {"수준", "level"},
    {"학년", "level"},
    {"선택지", "options"},
    {"보기", "options"},
};

std::string* text_of(question_draft& draft, std::string_view name) {
  for (const auto& f : plain_fields)
    if (f.name == name)
      return &(draft.*f.text);
  if (name.size() == 7 && name.starts_with("option") && name[6] >= '1' && name[6] <= '5')
    return &draft.options[static_cast<std::size_t>(name[6] - '1')];
  return nullptr;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos)
    return {};
  return std::string{text.substr(from, text.find_last_not_of(blanks) - from + 1)};
}

std::string plain_name(std::string_view header) {
  std::string name;
  for (char c : header)
    if (c != ' ' && c != '_' && c != '-')
      name += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return name;
}

/// Returns the field that a column's name means, or nothing.
std::string field_named(std::string_view header) {
  const auto wanted = plain_name(trimmed(header));
  question_draft any;
  for (const auto& f : plain_fields)
    if (plain_name(f.name) == wanted)
      return std::string{f.name};
  for (std::size_t n = 1; n <= question_options_max; ++n)
    for (const std::string_view stem : {"option", "선택지", "보기"})
      if (wanted == std::string{stem} + std::to_string(n))
        return "option" + std::to_string(n);
  for (const auto& [korean, field] : korean_names)
    if (wanted == korean)
      return std::string{field};
  return {};
}

/// Returns the texts of ['a', "b"]: JSON, or as Python prints a list.
std::optional<std::vector<std::string>> parse_list(std::string_view text) {
  if (auto list = json::parse(text, nullptr, false); list.is_array()) {
    std::vector<std::string> items;
    for (const auto& item : list)
      items.push_back(item.is_string() ? item.get<std::string>() : item.dump());
    return items;
  }
  std::vector<std::string> items;
  const auto whole = trimmed(text);
  if (whole.size() < 2 || whole.front() != '[' || whole.back() != ']')
    return std::nullopt;
  char quote = 0;
  std::string item;
  for (std::size_t i = 1; i + 1 < whole.size(); ++i) {
    const char c = whole[i];
    if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (quote != 0 && c == '\\' && i + 2 < whole.size())
      item += whole[++i];
    else if (quote != 0 && c == quote)
      quote = 0, items.push_back(std::exchange(item, {}));
    else if (quote != 0)
      item += c;
    else if (c != ',' && c != ' ')
      return std::nullopt;
  }
  return quote == 0 ? std::optional{items} : std::nullopt;
}

void put_options(question_draft& draft, std::string_view text) {
  auto items = parse_list(text);
  if (!items)
    items = {std::string{text}};
  for (std::size_t i = 0; i < std::min(items->size(), question_options_max); ++i)
    draft.options[i] = trimmed((*items)[i]);
}

/// Returns which option "3", "③" or the option's own text names, from 1; 0: none.
std::size_t option_named(const question_draft& draft, const std::string& answer) {
  for (std::size_t i = 0; i < question_options_max; ++i)
    if (!draft.options[i].empty() && draft.options[i] == answer)
      return i + 1;
  static constexpr std::string_view circled[] = {"①", "②", "③", "④", "⑤"};
  for (std::size_t i = 0; i < question_options_max; ++i)
    if (answer == std::to_string(i + 1) || answer == circled[i] ||
        answer == std::to_string(i + 1) + "번")
      return draft.options[i].empty() ? 0 : i + 1;
  return 0;
}

std::string text_in(const json& value) {
  return value.is_string() ? trimmed(value.get_ref<const std::string&>()) : value.dump();
}

} // namespace

read_draft parse_question(const json& value, std::uint64_t place) {
  read_draft read;
  read.draft.line = place;
  if (!value.is_object()) {
    read.errors.push_back({place, "", "must be an object"});
    return read;
  }
  for (const auto& [name, member] : value.items()) {
    auto* text = text_of(read.draft, name);
    if (text == nullptr)
      read.errors.push_back({place, name, "is unknown"});
    else if (member.is_string() || member.is_number())
      *text = text_in(member);
    else if (!member.is_null())
      read.errors.push_back({place, name, "must be a text"});
  }
  return read;
}

std::vector<import_error> check_question(question_draft& draft) {
  std::vector<import_error> errors;
  const auto wrong = [&](std::string field, std::string reason) {
    errors.push_back({draft.line, std::move(field), std::move(reason)});
  };
  if (draft.question_text.empty())
    wrong("questionText", "is missing");
  if (draft.options[0].empty() || draft.options[1].empty())
    wrong("option1", "a question needs at least two options");
  if (draft.question_number.size() > limits::question_label_bytes_max)
    wrong("questionNumber", "is over 64 bytes");
  const auto named = option_named(draft, draft.correct_answer);
  if (draft.correct_answer.empty())
    wrong("correctAnswer", "is missing");
  else if (named == 0)
    wrong("correctAnswer", "is none of the options");
  else
    draft.correct_answer = std::to_string(named);
  if (errors.empty() && (to_question_text(draft).size() > limits::inline_json_bytes_max ||
                         draft.explanation.size() > limits::inline_json_bytes_max / 2))
    wrong("questionText", "question and explanation are over 16 KiB");
  return errors;
}

std::string to_question_text(const question_draft& draft) {
  json value = json::object();
  for (const auto& f : plain_fields)
    if (f.name != "explanation")
      value[std::string{f.name}] = draft.*f.text;
  for (std::size_t i = 0; i < question_options_max; ++i)
    value["option" + std::to_string(i + 1)] = draft.options[i];
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

checked<question_columns> question_columns::read(const std::vector<std::string>& header,
                                                 std::string_view mapping) {
  std::map<std::string, std::string, std::less<>> mapped;
  for (std::size_t at = 0; at < mapping.size();) {
    const auto end = std::min(mapping.find(',', at), mapping.size());
    const auto pair = mapping.substr(at, end - at);
    const auto colon = pair.rfind(':');
    question_draft any;
    const auto field = colon == std::string_view::npos ? "" : pair.substr(colon + 1);
    if (text_of(any, field) == nullptr && field != list_field)
      return bad_field("?columns", "invalid_parameter",
                       "takes pairs of a column and a field, as in context:passageContent");
    mapped[trimmed(pair.substr(0, colon))] = field;
    at = end + 1;
  }
  question_columns columns;
  for (const auto& name : header) {
    const auto found = mapped.find(trimmed(name));
    auto field = found != mapped.end() ? found->second : field_named(name);
    // A field that the mapping gives away is not also taken from the column of its own name.
    const bool given_away =
        found == mapped.end() && std::any_of(mapped.begin(), mapped.end(),
                                             [&field](const auto& m) { return m.second == field; });
    columns.fields_.push_back(given_away ? std::string{} : std::move(field));
  }
  if (std::find(columns.fields_.begin(), columns.fields_.end(), "questionText") ==
      columns.fields_.end())
    return problem{
        400, "missing_column", "The first line names no column questionText (or 문제).", {}, {}};
  return checked<question_columns>{boost::system::in_place_value, std::move(columns)};
}

question_draft question_columns::draft(const std::vector<std::string>& fields,
                                       std::uint64_t line) const {
  question_draft draft;
  draft.line = line;
  for (std::size_t i = 0; i < std::min(fields.size(), fields_.size()); ++i) {
    if (fields_[i] == list_field)
      put_options(draft, fields[i]);
    else if (auto* text = text_of(draft, fields_[i]))
      *text = trimmed(fields[i]);
  }
  return draft;
}

} // namespace dure::gateway
