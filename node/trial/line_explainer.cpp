#include "node/trial/line_explainer.hpp"

#include "node/sandbox/scratch_file.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace dure::node {

namespace {

using nlohmann::json;

constexpr std::size_t excerpt_bytes = 100;
constexpr std::size_t complaint_lines_max = 8;

/// What an attempt's message may be about, and what it must hold then.
constexpr std::array<std::pair<const char*, const char*>, 4> rules{{
    {"progress", R"("done" and "total" are whole numbers, "step" and "message" are texts)"},
    {"error", R"("code" is lower-case letters, digits and _, "message" a text, )"
              R"("retryable" true or false)"},
    {"log", R"("level" and "message" are texts)"},
    {"artifact", R"("name" has no /, "path" is below the scratch folder, all are texts)"},
}};

std::string explain_attempt(const json& message) {
  if (!message.contains("job") || !message.contains("attempt"))
    return R"(it is no "hello" and has no "job" and "attempt", which say what it is about)";
  if (!message["job"].is_string() || !parse_uuid(message["job"].get_ref<const std::string&>()))
    return R"(its "job" is not the id that the node gave)";
  if (!message["attempt"].is_number_unsigned() || message["attempt"] > 0xffff)
    return R"(its "attempt" is not the number that the node gave)";
  for (const auto& [member, rule] : rules)
    if (message.contains(member))
      return "its \"" + std::string{member} + "\" is not as it must be: " + rule;
  return R"(it has none of "result", "progress", "error", "log" and "artifact")";
}

std::string explain_message(const json& message) {
  if (!message.is_object())
    return "it is JSON, but no object: " +
           excerpt(message.dump(-1, ' ', false, json::error_handler_t::replace));
  if (message.contains("hello"))
    return R"(its "hello" is not as it must be: "protocol" and "concurrency" are whole numbers, )"
           R"("kinds" is a list of texts)";
  return explain_attempt(message);
}

/// Returns whether the one message alone would be taken.
bool is_taken(const json& message) {
  std::vector<handler_report> reports;
  return bool{parse_line(message.dump(-1, ' ', false, json::error_handler_t::replace), reports)};
}

std::string explain(const hello_line& hello, const pool_settings& settings,
                    const std::vector<attempt_key>& given) {
  if (hello.protocol != handler_protocol_version)
    return "its protocol is " + std::to_string(hello.protocol) + ", the node speaks " +
           std::to_string(handler_protocol_version);
  const auto named = std::find(hello.kinds.begin(), hello.kinds.end(), settings.kind);
  if (given.empty() && named == hello.kinds.end())
    return "its kinds (" + join(hello.kinds, ", ") + ") do not hold '" + settings.kind + "'";
  return "it says hello a second time";
}

std::string explain(const attempt_report& said, const pool_settings& settings,
                    const std::vector<attempt_key>& given) {
  const auto* outcome = std::get_if<result_line>(&said.said);
  if (outcome && outcome->json.size() > settings.result_bytes_max)
    return "its result has " + std::to_string(outcome->json.size()) + " bytes, more than " +
           std::to_string(settings.result_bytes_max) +
           " (output_mib): what is large belongs in artifacts";
  if (std::find(given.begin(), given.end(), said.of) == given.end())
    return "it names the job " + to_string(said.of.job) + ", attempt " +
           std::to_string(said.of.attempt) + ", which it was never given";
  return {};
}

} // namespace

std::string explain_reports(const std::vector<handler_report>& reports,
                            const pool_settings& settings, const std::vector<attempt_key>& given) {
  for (const auto& report : reports) {
    const auto fault =
        std::visit([&](const auto& one) { return explain(one, settings, given); }, report);
    if (!fault.empty())
      return fault;
  }
  return "it names a job that it does not have any more: one result or error ends a job";
}

std::string explain_artifacts(const std::vector<artifact_line>& artifacts,
                              const std::filesystem::path& scratch) {
  std::string lines;
  for (const auto& made : artifacts)
    if (const auto file = open_beneath(scratch, made.path); !file)
      lines += "\nthe artifact '" + excerpt(made.name) + "' at '" + excerpt(made.path) + "': " +
               (file.error().code == errc::not_found
                    ? R"(there is no such file below the job's "scratch")"
                    : R"(the path leads out of the job's "scratch", over a link or to no file)");
  return lines;
}

std::string counted(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string complaint_lines(std::string_view complaints) {
  std::string lines;
  for (std::size_t shown = 0; !complaints.empty() && shown < complaint_lines_max; ++shown) {
    // The last lines say why: what is too much is left out before them.
    const auto end = complaints.substr(0, complaints.size() - 1).rfind('\n');
    const auto from = end == std::string_view::npos ? 0 : end + 1;
    auto line = complaints.substr(from);
    line.remove_suffix(line.ends_with('\n') ? 1 : 0);
    lines = "\nstderr: " + excerpt(line) + lines;
    complaints = complaints.substr(0, from);
  }
  return lines;
}

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string all;
  for (const auto& word : words) {
    all += all.empty() ? std::string_view{} : between;
    all += word;
  }
  return all;
}

std::string explain_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos)
    return "it is empty";
  try {
    const auto parsed = json::parse(line.begin(), line.end());
    if (!parsed.is_array())
      return is_taken(parsed) ? "it is nested too deeply" : explain_message(parsed);
    for (std::size_t i = 0; i < parsed.size(); ++i)
      if (!is_taken(parsed[i]))
        return "message " + std::to_string(i + 1) + " of its list: " + explain_message(parsed[i]);
    return "it is nested too deeply";
  } catch (const json::parse_error& failure) {
    const auto at = failure.byte > 0 ? failure.byte - 1 : 0;
    return "it is not JSON from byte " + std::to_string(at + 1) + " on: " + excerpt(line, at);
  }
}

std::string excerpt(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  // Some of what came before shows where one is.
  const auto from = text.size() <= excerpt_bytes ? 0 : at - std::min(at, excerpt_bytes / 4);
  std::string shown{text.substr(from, excerpt_bytes)};
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  // Half a character at either end is none.
  const auto is_continued = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (from > 0 && !shown.empty() && is_continued(shown.front()))
    shown.erase(0, 1);
  return (from > 0 ? "… " : "") + shown + (from + excerpt_bytes < text.size() ? " …" : "");
}

} // namespace dure::node
