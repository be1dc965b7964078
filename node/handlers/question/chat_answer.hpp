#pragma once

#include "actors/ports/sandbox.hpp"
#include "node/handlers/question/http_transfers.hpp"
#include "node/handlers/question/provider_settings.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dure::node {

/// The longest explanation, as JSON text: with what stands around it a result stays in its row.
inline constexpr std::size_t explanation_bytes_max = std::size_t{11} << 10;

/// What one request for an explanation came to.
struct chat_outcome {
  std::variant<std::string, job_error> said; ///< The explanation, or why there is none.
  attempt_charge charge{};
  std::optional<milliseconds> retry_after{};
};

/// Returns the headers that `judge` looks at.
std::vector<std::string> headers_judged();

/// Returns what a reply to a chat completion means; the codes are in this folder's README. The
/// provider's own words are quoted, its key never. Whatever the reply holds, it is only read. Pure.
chat_outcome judge(const http_reply& reply, const provider_settings& settings);

/// Returns what tokens cost, in millionths of the currency, rounded to the nearest. Pure.
std::uint64_t price_in_micros(std::uint64_t tokens_in, std::uint64_t tokens_out,
                              const token_price& price);

} // namespace dure::node
