#pragma once

#include "node/handlers/document/grey_picture.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace dure::node {

/// Reads letters off pictures with tesseract, where that is installed. One owner.
///
/// The library is loaded when it is first wanted, so that Dure runs without it, and called in this
/// process: a built-in handler starts no programs, and limits of time and memory hold as for
/// everything else it does.
class letter_reader {
public:
  /// `languages` as tesseract names them, e.g. "kor+eng". When it cannot be, says what is missing.
  static std::variant<letter_reader, std::string> open(const std::string& languages);
  ~letter_reader();
  letter_reader(letter_reader&&) noexcept;
  letter_reader& operator=(letter_reader&&) noexcept;

  /// Returns the text of a picture; nothing when it took longer than `within`.
  std::optional<std::string> read(const grey_picture& picture, std::chrono::milliseconds within);

private:
  struct state;
  explicit letter_reader(std::unique_ptr<state> opened);

  std::unique_ptr<state> state_;
};

} // namespace dure::node
