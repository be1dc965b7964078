#pragma once

#include "actors/core/job.hpp"
#include "gateway/api/problem.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dure::gateway {

/// A stored file, or a part of one, in the middle of a body: sent piece by piece, never held whole.
struct streamed_body {
  blob_ref blob;
  std::string before;
  std::string after;
  std::uint64_t from = 0;                ///< The first byte of the file that is sent.
  std::optional<std::uint64_t> length{}; ///< How many of its bytes; nothing: all that follow.
  bool as_stored = false;                ///< Never compressed: its bytes are what ranges count.

  std::uint64_t until() const { return length ? from + *length : blob.bytes; }

  /// Returns the bytes of the whole body.
  std::uint64_t size() const { return before.size() + (until() - from) + after.size(); }

  bool operator==(const streamed_body&) const = default;
};

/// What a client is answered; the HTTP layer adds what belongs to the connection (length, date,
/// compression, keep-alive). A value.
struct response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<streamed_body> stream; ///< Instead of `body`.

  /// Returns the header's value, or nothing.
  std::optional<std::string_view> header(std::string_view name) const;

  bool operator==(const response&) const = default;
};

/// Returns the problem document, with Retry-After when it has one.
response to_response(const problem& p, std::string_view instance);

/// Returns the answer with an ETag of its body, or a 304 without a body when the client has it
/// already.
response with_entity_tag(response r, std::string_view if_none_match);

} // namespace dure::gateway
