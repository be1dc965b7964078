#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Returns the OpenAPI 3.1 document of the whole service, made once of its parts.
const std::string& openapi_document();

/// Returns a file of the page that shows the document, e.g. "docs.html"; nothing when there is no
/// such file.
std::optional<std::string_view> docs_file(std::string_view name);

} // namespace dure::gateway
