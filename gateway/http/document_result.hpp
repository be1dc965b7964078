#pragma once

#include "gateway/http/exchange.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

/// Reads parts of a completed document's result, wherever it is kept, on threads that may block.
namespace dure::gateway {

/// Returns the JSON text of one member of the job's result; nothing when the job has no result or
/// the result no such member.
boost::asio::awaitable<checked<std::optional<std::string>>>
read_result_member(service& use, const job& j, std::string_view name);

/// Returns the page out of the result, an object; nothing when there is no such page.
boost::asio::awaitable<checked<std::optional<nlohmann::json>>>
read_result_page(service& use, const job& j, std::uint32_t page);

/// Returns the page out of a file that is an array of pages; nothing when it is not in there.
boost::asio::awaitable<checked<std::optional<nlohmann::json>>>
read_page_of_file(service& use, const blob_ref& file, std::uint32_t page);

/// Returns the texts of all pages of the result with form feeds between them.
boost::asio::awaitable<checked<std::string>> read_result_text(service& use, const job& j);

} // namespace dure::gateway
