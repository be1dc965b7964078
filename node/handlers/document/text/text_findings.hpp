#pragma once

#include "node/handlers/document/parsed_document.hpp"

#include <map>
#include <string>
#include <vector>

namespace dure::node {

/// What a text document holds. A value.
struct text_findings {
  std::string text; ///< UTF-8.
  std::map<std::string, nlohmann::json> metadata;
  std::vector<outline_entry> outline;
};

} // namespace dure::node
