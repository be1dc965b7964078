#pragma once

#include "node/handlers/document/text/text_findings.hpp"

#include <string>

namespace dure::node {

/// Returns a CommonMark text as it is, which is how language models like it best, with its headings
/// as outline and the first of the highest as title.
text_findings markdown_text(std::string text);

} // namespace dure::node
