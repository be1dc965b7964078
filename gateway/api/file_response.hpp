#pragma once

#include "actors/core/job.hpp"
#include "gateway/api/response.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dure::gateway {

/// What a request says about the part of a file that it wants: its header fields, as sent.
struct file_conditions {
  std::string_view range{};
  std::string_view if_range{};
  std::string_view if_none_match{};
  std::string_view path{}; ///< For the 416.
};

enum class file_display : std::uint8_t {
  download,    ///< Content-Disposition: attachment.
  in_the_page, ///< inline, for pictures of ours.
};

/// Returns the answer that gives a stored file, streamed: 200, 206 for one satisfiable range, 304
/// when the client has it already; a 416 for a range behind its end. The file's hash is its strong
/// ETag. Several ranges, other units and malformed ones count as none (RFC 9110 §14.2).
///
/// A media type that a browser could run (HTML, SVG, scripts) or that is malformed goes out as
/// application/octet-stream. `name` is what the client's disk shall see: folders and control
/// characters are taken out, and it travels in ASCII and in UTF-8 (RFC 6266, RFC 8187).
response to_file_response(const blob_ref& file, std::string_view name,
                          const file_conditions& wanted, file_display shown);

/// Bytes [from, from + length) of a file.
struct byte_range {
  std::uint64_t from = 0;
  std::uint64_t length = 0;

  bool operator==(const byte_range&) const = default;
};

/// How a Range field fits a file.
enum class range_fit : std::uint8_t { none, part, outside };

/// Reads a Range field; `into` is set when it is a part of a file of `size` bytes.
range_fit read_range(std::string_view field, std::uint64_t size, byte_range& into);

/// Returns the Content-Disposition that gives a file this name.
std::string to_disposition(std::string_view name, file_display shown);

/// Returns the Content-Type under which a file of that type is harmless.
std::string to_safe_type(std::string_view media_type);

} // namespace dure::gateway
