#pragma once

#include "node/handlers/document/text/text_findings.hpp"

#include <string>

namespace dure::node {

/// Returns a CSV text as it is, with its delimiter, the columns of its first record, and how many
/// records follow that as metadata.
text_findings csv_text(std::string text);

} // namespace dure::node
