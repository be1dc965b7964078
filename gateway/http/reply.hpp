#pragma once

#include "actors/core/time.hpp"
#include "gateway/api/response.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dure::gateway {

/// How a response travels on its connection.
struct reply_form {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool gzip = false;
  std::optional<std::uint64_t> length; ///< Nothing: chunked, or no body at all (204, 304).
  timestamp now{};
};

/// Returns the status line and all header fields of `r`, with the empty line.
std::string to_head(const response& r, const reply_form& form);

/// Returns whether `r` is worth compressing: text of more than 1 KiB.
bool is_compressible(const response& r);

/// Returns whether a response of this status has a body.
bool has_body(int status);

/// Returns `bytes` as one chunk of the chunked coding; empty bytes give nothing.
std::string to_chunk(std::string_view bytes);

inline constexpr std::string_view last_chunk = "0\r\n\r\n";

} // namespace dure::gateway
