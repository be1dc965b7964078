#pragma once

#include "node/metrics/metrics.hpp"

#include <string>

namespace dure::node {

/// Returns the value of a series as `text` shows it, or "" when it is not there.
inline std::string value_of(const metrics& figures, const std::string& series) {
  const auto text = "\n" + figures.text();
  const auto found = text.find("\n" + series + " ");
  if (found == std::string::npos)
    return {};
  const auto from = found + series.size() + 2;
  return text.substr(from, text.find('\n', from) - from);
}

inline node_figures nothing_to_read() {
  return {};
}

} // namespace dure::node
