#pragma once

#include <string>
#include <string_view>

namespace dure::gateway {

/// Returns the client's name for a file made safe to show: no folders, no control characters or
/// marks that turn the direction of what follows around, valid and composed (NFC) UTF-8, at most
/// limits::file_name_bytes_max bytes, of which the extension is kept; "file" when nothing is left.
std::string clean_file_name(std::string_view name);

} // namespace dure::gateway
