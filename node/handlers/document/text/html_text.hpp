#pragma once

#include "node/handlers/document/text/text_findings.hpp"

#include <optional>
#include <string>

namespace dure::node {

/// Returns the text of an HTML document as a reader sees it: no scripts and styles, blank space
/// folded, a line for each block, table cells apart by tabs; with its title, the usual `meta`
/// entries as metadata, and headings as outline. Nothing when it is nested more than 2,000 deep,
/// which the parser could not take down again.
std::optional<text_findings> html_text(const std::string& html);

} // namespace dure::node
