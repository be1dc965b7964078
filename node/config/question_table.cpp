#include "node/config/question_table.hpp"

#include "node/config/table_members.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace dure::node {

namespace {

constexpr std::size_t text_bytes_max = 1'024;
constexpr double temperature_max = 2;
constexpr std::int64_t tokens_max = 1'000'000;
/// The attempt's own soft limit is 240 s: the answer must be there before.
constexpr std::int64_t timeout_seconds_max = 230;
constexpr std::int64_t in_flight_max = 1'024; // limits::claim_jobs_max
constexpr std::int64_t rate_max = 1'000'000'000;
constexpr double price_max = 10'000;
constexpr double micros = 1'000'000;

/// Takes a value; answers what is wrong with it, or nothing.
using taker = std::function<std::string(question_options&, const toml::node&)>;

bool is_plain(const std::string& text) {
  return !text.empty() && text.size() <= text_bytes_max &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c <= ' ' || c == 127; });
}

/// Returns the whole or broken number, or nothing.
std::optional<double> number_of(const toml::node& value) {
  if (auto whole = value.value_exact<std::int64_t>())
    return static_cast<double>(*whole);
  return value.value_exact<double>();
}

std::string take_provider(question_options& to, const toml::node& value) {
  const auto text = value.value_exact<std::string>().value_or("");
  if (text != provider_extractive && text != provider_openai)
    return R"(takes "extractive" or "openai")";
  to.provider = text;
  return {};
}

std::string take_base_url(question_options& to, const toml::node& value) {
  auto text = value.value_exact<std::string>().value_or("");
  const auto scheme = text.starts_with("https://")  ? std::string_view{"https://"}
                      : text.starts_with("http://") ? std::string_view{"http://"}
                                                    : std::string_view{};
  // It means the same with a final '/', and must name the same work.
  while (text.size() > scheme.size() && text.ends_with('/'))
    text.pop_back();
  // A password in it would be shown by `dure config`.
  if (scheme.empty() || text.size() == scheme.size() || !is_plain(text) ||
      text.find_first_of("@?#") != std::string::npos)
    return "takes a URL like https://api.openai.com/v1, without user, query or fragment";
  to.base_url = std::move(text);
  return {};
}

taker takes_text(std::string question_options::*member) {
  return [=](question_options& to, const toml::node& value) -> std::string {
    auto text = value.value_exact<std::string>().value_or("");
    if (!is_plain(text))
      return "takes a text without spaces";
    to.*member = std::move(text);
    return {};
  };
}

std::string take_key_file(question_options& to, const toml::node& value) {
  auto text = value.value_exact<std::string>();
  if (!text || text->size() > text_bytes_max || text->find('\0') != std::string::npos)
    return "takes the path of a file";
  to.key_file = std::move(*text);
  return {};
}

std::string take_temperature(question_options& to, const toml::node& value) {
  const auto number = number_of(value);
  if (!number || !(*number >= 0 && *number <= temperature_max))
    return "takes a number from 0 to 2";
  to.temperature = *number;
  return {};
}

template <class Assign> taker takes_number(std::int64_t most, Assign assign) {
  return [=](question_options& to, const toml::node& value) -> std::string {
    const auto number = value.value_exact<std::int64_t>();
    if (!number || *number < 1 || *number > most)
      return "takes a whole number from 1 to " + std::to_string(most);
    assign(to, static_cast<std::uint32_t>(*number));
    return {};
  };
}

std::optional<std::uint64_t> price_of(const toml::table& table, std::string_view name) {
  const auto* given = table.get(name);
  const auto number = given == nullptr ? std::nullopt : number_of(*given);
  if (!number || !(*number >= 0 && *number <= price_max))
    return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*number * micros));
}

std::string take_prices(question_options& to, const toml::node& value) {
  const auto* models = value.as_table();
  const std::string form =
      R"(takes tables like [questions.prices."gpt-4o"] with input and output, )"
      "each 0 to 10000 a million tokens";
  if (models == nullptr)
    return form;
  for (const auto& [model, of] : *models) {
    const auto* table = of.as_table();
    if (table == nullptr || table->size() != 2)
      return form;
    const auto input = price_of(*table, "input");
    const auto output = price_of(*table, "output");
    if (!input || !output)
      return form;
    to.prices[std::string{model.str()}] = {*input, *output};
  }
  return {};
}

const table_members<question_options>& takers() {
  using o = question_options;
  static const table_members<question_options> all{
      {"provider", take_provider},
      {"base_url", take_base_url},
      {"model", takes_text(&o::model)},
      {"key_file", take_key_file},
      {"temperature", take_temperature},
      {"max_tokens", takes_number(tokens_max, [](o& to, auto n) { to.max_tokens = n; })},
      {"timeout_s", takes_number(timeout_seconds_max,
                                 [](o& to, auto n) { to.timeout = std::chrono::seconds{n}; })},
      {"in_flight", takes_number(in_flight_max, [](o& to, auto n) { to.in_flight = n; })},
      {"requests_per_minute",
       takes_number(rate_max, [](o& to, auto n) { to.requests_per_minute = n; })},
      {"tokens_per_minute",
       takes_number(rate_max, [](o& to, auto n) { to.tokens_per_minute = n; })},
      {"prices", take_prices},
  };
  return all;
}

} // namespace

std::string apply_questions(parsed_options& to, const std::string& path, const toml::node& value) {
  const auto where = [&](const toml::node& n) {
    return path + " line " + std::to_string(n.source().begin.line);
  };
  const auto* table = value.as_table();
  if (table == nullptr)
    return where(value) + ": 'questions' takes a table, [questions]";
  for (const auto& [key, member] : *table) {
    const std::string word{key.str()};
    if (auto mistake = take_member(takers(), to.options->questions, word, member); !mistake.empty())
      return where(member) + ": " + mistake;
    to.origins["questions." + word] = where(member);
  }
  return {};
}

toml::table to_table(const question_options& options) {
  toml::table table{{"provider", options.provider},     {"base_url", options.base_url},
                    {"model", options.model},           {"temperature", options.temperature},
                    {"max_tokens", options.max_tokens}, {"timeout_s", options.timeout.count()},
                    {"in_flight", options.in_flight}};
  if (!options.key_file.empty())
    table.insert("key_file", options.key_file);
  if (options.requests_per_minute)
    table.insert("requests_per_minute", *options.requests_per_minute);
  if (options.tokens_per_minute)
    table.insert("tokens_per_minute", *options.tokens_per_minute);
  toml::table prices;
  for (const auto& [model, price] : options.prices)
    prices.insert(model,
                  toml::table{{"input", static_cast<double>(price.input_micros) / micros},
                              {"output", static_cast<double>(price.output_micros) / micros}});
  if (!prices.empty())
    table.insert("prices", std::move(prices));
  return table;
}

} // namespace dure::node
