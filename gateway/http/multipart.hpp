#pragma once

#include "gateway/api/problem.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dure::gateway {

namespace multipart_event {

/// Nothing more can be said before `feed` or `finish`.
struct need_more {};

struct part_begins {
  std::string name;
  std::optional<std::string> file_name; ///< As sent; nothing for a plain field.
};

/// The next bytes of the part; valid until the parser is used again.
struct part_bytes {
  std::string_view bytes;
};

struct part_ends {};

/// The closing boundary was seen; what follows is ignored.
struct body_ends {};

} // namespace multipart_event

/// Takes a multipart/form-data body apart (RFC 7578) as it comes, in bounded memory: it holds what
/// it was fed last and at most one part's header. One owner; no I/O.
///
///     feed(bytes); loop { next() } until need_more; …; finish(); loop { next() } until body_ends
class multipart_parser {
public:
  using event = std::variant<multipart_event::need_more, multipart_event::part_begins,
                             multipart_event::part_bytes, multipart_event::part_ends,
                             multipart_event::body_ends>;

  /// Requires: `boundary` is from parse_boundary.
  explicit multipart_parser(std::string_view boundary);

  void feed(std::string_view bytes);

  /// The body has no more bytes.
  void finish() { finished_ = true; }

  /// Returns what comes next, or the 400 that ends it all: wrong boundary, cut off, malformed.
  checked<event> next();

private:
  enum class place { preamble, after_boundary, header, content, end };

  checked<event> find_first_boundary();
  checked<event> after_boundary();
  checked<event> read_header();
  checked<event> read_content();
  checked<event> wait_or(problem p) const;

  std::string_view rest() const { return std::string_view{buffer_}.substr(used_); }

  std::string delimiter_; ///< CRLF, two dashes and the boundary.
  std::string buffer_;
  std::size_t used_ = 0;
  std::size_t skipped_ = 0; ///< Of the preamble.
  std::size_t parts_ = 0;
  place place_ = place::preamble;
  bool finished_ = false;
};

/// Returns the boundary that a Content-Type of multipart/form-data names, or a 415 or 400.
checked<std::string> parse_boundary(std::string_view content_type);

} // namespace dure::gateway
