#pragma once

#include "node/config/question_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dure::node {

/// What the handler knows of the provider that it asks. A value.
struct provider_settings {
  std::string url; ///< Of chat completions.
  std::string model;
  std::string key; ///< Empty: none is sent.
  double temperature = 0;
  std::uint32_t max_tokens = 0;
  std::chrono::seconds timeout{};
  std::uint32_t in_flight = 1;
  token_price price{};
  std::string name; ///< By settings_name.
};

/// Returns a name for what shapes an answer beside provider, model and prompt: address, temperature
/// and length. A hash, since jobs carry it and anybody may read them.
std::string settings_name(const question_options& options);

/// Returns why the key cannot be had as the options say, for the operator, or nothing.
std::optional<std::string> trouble_with_key(const question_options& options);

/// Returns the variables that tell a handler what the node was told, as NAME=VALUE: the key too,
/// when it comes from the node's own environment. Nothing unless a provider is asked.
std::vector<std::string> to_variables(const question_options& options);

/// Returns what the process's variables say, or nothing when no provider is asked. The key is read
/// from its file here: afterwards the process may have shut itself in.
std::optional<provider_settings> provider_of_environment();

} // namespace dure::node
