#include "node/handlers/question/provider_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>

namespace dure::node {

namespace {

constexpr const char* provider_variable = "DURE_QUESTIONS_PROVIDER";
constexpr const char* url_variable = "DURE_QUESTIONS_BASE_URL";
constexpr const char* model_variable = "DURE_QUESTIONS_MODEL";
constexpr const char* key_variable = "DURE_QUESTIONS_KEY";
constexpr const char* key_file_variable = "DURE_QUESTIONS_KEY_FILE";
constexpr const char* temperature_variable = "DURE_QUESTIONS_TEMPERATURE";
constexpr const char* max_tokens_variable = "DURE_QUESTIONS_MAX_TOKENS";
constexpr const char* timeout_variable = "DURE_QUESTIONS_TIMEOUT_S";
constexpr const char* in_flight_variable = "DURE_QUESTIONS_IN_FLIGHT";
constexpr const char* name_variable = "DURE_QUESTIONS_SETTINGS";
constexpr const char* input_price_variable = "DURE_QUESTIONS_INPUT_MICROS";
constexpr const char* output_price_variable = "DURE_QUESTIONS_OUTPUT_MICROS";

/// libcurl's own, so that a node behind a proxy asks through it.
constexpr std::array<const char*, 6> proxy_variables{"http_proxy", "https_proxy", "HTTPS_PROXY",
                                                     "all_proxy",  "no_proxy",    "NO_PROXY"};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string said(const char* name, const std::string& value) {
  return std::string{name} + "=" + value;
}

template <class Number> Number number_in(const char* name, Number otherwise) {
  const auto text = variable(name);
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

std::string to_text(double number) {
  std::array<char, 32> digits;
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return failure == std::errc{} ? std::string{digits.data(), end} : "0";
}

/// A key with a line end in it could add headers.
std::string trimmed_key(std::string text) {
  const auto is_odd = [](unsigned char c) { return c <= ' ' || c >= 127; };
  text.erase(std::remove_if(text.begin(), text.end(), is_odd), text.end());
  return text;
}

std::string first_line_of(const std::string& path) {
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return trimmed_key(std::move(line));
}

std::string read_key() {
  const auto path = variable(key_file_variable);
  return path.empty() ? trimmed_key(variable(key_variable)) : first_line_of(path);
}

} // namespace

std::string settings_name(const question_options& options) {
  const auto text = options.base_url + ' ' + to_text(options.temperature) + ' ' +
                    std::to_string(options.max_tokens);
  std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a: equal on all nodes, and nobody attacks it.
  for (const unsigned char c : text)
    hash = (hash ^ c) * 0x100000001b3;
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  return {digits.data(), end};
}

std::optional<std::string> trouble_with_key(const question_options& options) {
  if (!asks_provider(options) || options.key_file.empty() ||
      !first_line_of(options.key_file).empty())
    return std::nullopt;
  return "[questions] key_file: '" + options.key_file +
         "' cannot be read, or its first line is empty; without the line the key is taken from "
         "DURE_QUESTIONS_KEY";
}

std::vector<std::string> to_variables(const question_options& options) {
  if (!asks_provider(options))
    return {};
  const auto found = options.prices.find(options.model);
  const auto price = found == options.prices.end() ? token_price{} : found->second;
  std::vector<std::string> all{said(provider_variable, options.provider),
                               said(url_variable, options.base_url),
                               said(model_variable, options.model),
                               said(temperature_variable, to_text(options.temperature)),
                               said(max_tokens_variable, std::to_string(options.max_tokens)),
                               said(timeout_variable, std::to_string(options.timeout.count())),
                               said(in_flight_variable, std::to_string(options.in_flight)),
                               said(name_variable, settings_name(options)),
                               said(input_price_variable, std::to_string(price.input_micros)),
                               said(output_price_variable, std::to_string(price.output_micros))};
  if (!options.key_file.empty())
    all.push_back(said(key_file_variable, options.key_file));
  else if (const auto key = variable(key_variable); !key.empty())
    all.push_back(said(key_variable, key));
  for (const auto* name : proxy_variables)
    if (const auto value = variable(name); !value.empty())
      all.push_back(said(name, value));
  return all;
}

std::optional<provider_settings> provider_of_environment() {
  if (variable(provider_variable) != provider_openai)
    return std::nullopt;
  const question_options otherwise;
  provider_settings settings;
  settings.url = variable(url_variable) + "/chat/completions";
  settings.model = variable(model_variable);
  settings.key = read_key();
  settings.temperature = number_in(temperature_variable, otherwise.temperature);
  settings.max_tokens = number_in(max_tokens_variable, otherwise.max_tokens);
  settings.timeout = std::chrono::seconds{number_in(timeout_variable, otherwise.timeout.count())};
  settings.in_flight = number_in(in_flight_variable, otherwise.in_flight);
  settings.name = variable(name_variable);
  settings.price = {number_in(input_price_variable, std::uint64_t{0}),
                    number_in(output_price_variable, std::uint64_t{0})};
  return settings;
}

} // namespace dure::node
