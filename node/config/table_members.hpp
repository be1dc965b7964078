#pragma once

#include "node/config/nearest_word.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <toml++/toml.h>
#include <utility>
#include <vector>

namespace dure::node {

/// The keys that a table of the config file may have, each with what takes its value: that answers
/// what is wrong with the value, or nothing.
template <class Options>
using table_members =
    std::vector<std::pair<std::string, std::function<std::string(Options&, const toml::node&)>>>;

/// Takes one member of a table. Returns what is wrong with it, for the operator, or nothing.
template <class Options>
std::string take_member(const table_members<Options>& known, Options& to, const std::string& key,
                        const toml::node& value) {
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.first == key; });
  if (found != known.end()) {
    const auto mistake = found->second(to, value);
    return mistake.empty() ? mistake : "'" + key + "' " + mistake;
  }
  std::vector<std::string> words;
  for (const auto& [word, take] : known)
    words.push_back(word);
  return "'" + key + "' is unknown; did you mean '" + nearest_word(key, words) + "'?";
}

} // namespace dure::node
