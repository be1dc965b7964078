#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dure::gateway {

/// Finds one member of a JSON object that comes in pieces, without holding or parsing the rest: a
/// document's result may be tens of megabytes, of which a request wants a page.
///
/// The bytes are trusted to be JSON (a handler's result was parsed when it was taken); of anything
/// else the answer is nonsense, but no more. A name written with escapes is not found. One owner.
class json_member {
public:
  /// Takes one element of an array; returns whether more are wanted.
  using on_element = std::function<bool(std::string_view)>;

  /// Finds the member's text.
  json_member(std::string_view name, std::size_t bytes_max);

  /// Passes on the elements of the member, an array, one by one.
  json_member(std::string_view name, std::size_t bytes_max, on_element take);

  /// Takes the next bytes; returns whether it needs more.
  bool feed(std::string_view bytes);

  /// Returns the member's text, once it was found whole. Not for elements.
  std::optional<std::string> take_text();

  /// Returns whether the member, or an element of it, had more than `bytes_max` bytes.
  bool too_long() const { return too_long_; }

private:
  void step(char c);
  void open(char c);
  void close(char c);
  void separate();
  void keep(std::string_view bytes);
  void end_value();

  std::string quoted_name_;
  std::size_t bytes_max_;
  on_element take_;
  std::size_t value_depth_; ///< Where the kept values stand: 1 for the member, 2 for its elements.
  std::size_t depth_ = 0;
  bool in_text_ = false;
  bool escaped_ = false;
  bool in_name_ = false; ///< Between `{` or `,` of depth 1 and the colon.
  bool wanted_ = false;  ///< In the value that belongs to the name.
  bool found_ = false;
  bool done_ = false;
  bool too_long_ = false;
  std::string seen_name_;
  std::string kept_;
};

} // namespace dure::gateway
