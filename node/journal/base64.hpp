#pragma once

#include <optional>
#include <string>
#include <string_view>

/// RFC 4648, with padding, in both alphabets.
namespace dure::node::base64 {

std::string to_url_text(std::string_view bytes);

/// Takes both alphabets, with or without padding; nothing when malformed.
std::optional<std::string> parse(std::string_view text);

} // namespace dure::node::base64
