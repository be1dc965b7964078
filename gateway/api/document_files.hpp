#pragma once

#include "actors/core/job.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The files that a document's handler leaves, by their names: `pages-<from>-<to>.json` (an array
/// of {page, label, text}), `thumbnail-<page>.png`, `image-<page>-<n>.png` or `.jpg`.
namespace dure::gateway::document_files {

using files = std::vector<artifact>;

/// Returns the number that a path names a page by, or nothing: 1, 2, …
std::optional<std::uint32_t> parse_page_number(std::string_view text);

inline constexpr std::string_view pages_beginning = "pages-";
inline constexpr std::string_view images_beginning = "image-";

std::string thumbnail_name(std::uint32_t page);

/// Returns the file with the page, or null.
const artifact* pages_with(const files& all, std::uint32_t page);

/// Returns the images, by page and number: [{page, index, name, media_type, bytes, url}].
nlohmann::json images(const files& all, const job_id& id);

} // namespace dure::gateway::document_files
