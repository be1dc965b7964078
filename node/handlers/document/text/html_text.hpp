#pragma once

#include "node/handlers/document/text/text_findings.hpp"

#include <string>

namespace dure::node {

/// Returns the text of an HTML document as a reader sees it: no scripts and styles, blank space
/// folded, a line for each block, table cells apart by tabs; with its title, the usual `meta`
/// entries as metadata, and headings as outline. Time grows with the square of the nesting, so it
/// is called under watch.
text_findings html_text(const std::string& html);

} // namespace dure::node
