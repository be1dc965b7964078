#include "gateway/api/question_view.hpp"

#include "gateway/api/failure_text.hpp"
#include "gateway/api/time_text.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace dure::gateway {

namespace {

using nlohmann::json;

constexpr std::array csv_columns{"id",
                                 "questionNumber",
                                 "subject",
                                 "level",
                                 "passageContent",
                                 "passageComment",
                                 "questionText",
                                 "option1",
                                 "option2",
                                 "option3",
                                 "option4",
                                 "option5",
                                 "correctAnswer",
                                 "explanation",
                                 "explanationStatus",
                                 "explanationGeneratedAt",
                                 "explanationError",
                                 "provider",
                                 "model",
                                 "promptVersion"};

std::string_view placeholder(question_state s, language in) {
  const bool korean = in == language::korean;
  if (s == question_state::failed)
    return korean ? "해설을 만들지 못했습니다." : "No explanation could be made.";
  return korean ? "해설을 만드는 중입니다." : "The explanation is being made.";
}

json parsed(std::string_view text) {
  auto value = json::parse(text, nullptr, false);
  return value.is_object() ? value : json::object();
}

json time_or_null(const std::optional<timestamp>& t) {
  return t ? json(to_text(*t)) : json(nullptr);
}

json error_of(const question& q) {
  return q.failure ? json(q.failure->code + ": " + q.failure->message) : json(nullptr);
}

bool looks_like_formula(std::string_view cell) {
  constexpr std::string_view dangerous = "=+-@\t\r";
  return !cell.empty() && dangerous.find(cell.front()) != std::string_view::npos;
}

std::string csv_cell(std::string_view text) {
  std::string cell = looks_like_formula(text) ? "'" : "";
  cell += text;
  if (cell.find_first_of(",\"\r\n") == std::string::npos)
    return cell;
  std::string quoted = "\"";
  for (char c : cell)
    quoted += c == '"' ? std::string{"\"\""} : std::string{c};
  return quoted + '"';
}

} // namespace

std::string to_answer_text(std::string_view explanation, std::string_view provider) {
  return json{{"explanation", explanation}, {"provider", provider}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

json to_json(const question& q, std::string_view text, language in) {
  auto value = parsed(text);
  const auto answer = parsed(q.answer);
  const auto from_answer = [&answer](const char* name) {
    return answer.contains(name) ? answer[name] : json(nullptr);
  };
  value["id"] = to_string(q.id);
  value["setId"] = q.set;
  value["explanation"] =
      q.answer.empty() ? json(placeholder(q.state, in)) : json(answer.value("explanation", ""));
  value["explanationStatus"] = to_string(q.state);
  value["explanationGeneratedAt"] = time_or_null(q.explained_at);
  value["explanationError"] = error_of(q);
  value["provider"] = from_answer("provider");
  value["model"] = from_answer("model");
  value["promptVersion"] = from_answer("promptVersion");
  value["cost"] = to_cost_json(q.cost, q.possibly_charged);
  return value;
}

json to_status_json(const question& q) {
  return {{"id", to_string(q.id)},
          {"questionNumber", q.label.empty() ? json(nullptr) : json(q.label)},
          {"status", to_string(q.state)},
          {"generatedAt", time_or_null(q.explained_at)},
          {"error", error_of(q)}};
}

json to_summary_json(const question_counts& counts) {
  const auto pending = count_of(counts, question_state::pending);
  const auto generating = count_of(counts, question_state::generating);
  const auto completed = count_of(counts, question_state::completed);
  const auto failed = count_of(counts, question_state::failed);
  return {{"total", pending + generating + completed + failed},
          {"completed", completed},
          {"generating", generating},
          {"pending", pending},
          {"failed", failed}};
}

json to_failures_json(const question_counts& counts, language in) {
  auto failures = counts.failures;
  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto& a, const auto& b) { return a.questions > b.questions; });
  auto list = json::array();
  for (const auto& f : failures)
    list.push_back(
        {{"code", f.code}, {"questions", f.questions}, {"message", code_text(f.code, in)}});
  return list;
}

json to_cost_json(const job_cost& cost, std::uint64_t possibly_charged) {
  return {{"tokens_in", cost.tokens_in},
          {"tokens_out", cost.tokens_out},
          {"money", static_cast<double>(cost.micros) / 1e6},
          {"possibly_charged", possibly_charged}};
}

std::string csv_export_header() {
  std::string line = "\xef\xbb\xbf";
  for (const auto* column : csv_columns)
    line += (column == csv_columns.front() ? "" : ",") + std::string{column};
  return line + "\r\n";
}

std::string to_csv_line(const question& q, std::string_view text, language in) {
  auto value = to_json(q, text, in);
  if (q.answer.empty())
    value["explanation"] =
        ""; // A placeholder that comes back by an import would be an explanation.
  std::string line;
  for (const auto* column : csv_columns) {
    const auto& member = value[column];
    const auto cell = member.is_string() ? member.get<std::string>()
                      : member.is_null() ? std::string{}
                                         : member.dump();
    line += (column == csv_columns.front() ? "" : ",") + csv_cell(cell);
  }
  return line + "\r\n";
}

} // namespace dure::gateway
