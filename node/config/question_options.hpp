#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace dure::node {

/// What a million tokens cost, in millionths of the currency: what one token costs is then
/// input_micros / 1,000,000 millionths, and no cost needs a fraction until it is summed.
struct token_price {
  std::uint64_t input_micros = 0;
  std::uint64_t output_micros = 0;

  bool operator==(const token_price&) const = default;
};

/// Who explains questions, and within which limits: table `[questions]` of the file. A value.
struct question_options {
  std::string provider = "extractive"; ///< Or "openai": anything that speaks its protocol.
  std::string base_url = "https://api.openai.com/v1"; ///< Without a final '/'.
  std::string model = "gpt-4o";
  std::string key_file; ///< Empty: DURE_QUESTIONS_KEY; without either no key is sent.
  double temperature = 0.7;
  std::uint32_t max_tokens = 2'000; ///< Of an answer.
  std::chrono::seconds timeout{120};
  std::uint32_t in_flight = 3; ///< Requests at a time: leases of the queue.
  std::optional<std::uint32_t> requests_per_minute;
  std::optional<std::uint32_t> tokens_per_minute;
  std::map<std::string, token_price> prices; ///< By model; without one, tokens alone are counted.

  bool operator==(const question_options&) const = default;
};

inline constexpr const char* provider_extractive = "extractive";
inline constexpr const char* provider_openai = "openai";

inline bool asks_provider(const question_options& options) {
  return options.provider == provider_openai;
}

} // namespace dure::node
