#pragma once

#include "gateway/api/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dure::gateway {

inline constexpr std::size_t json_item_bytes_max = 1 << 20;

/// Takes {"<name>": [item, …]} (RFC 8259, UTF-8, a BOM is passed over) apart as it comes, so that
/// only one item is held at a time. One owner; no I/O.
///
///     feed(text); while (auto item = next()) …; finish(); while (auto item = next()) …
class json_item_reader {
public:
  explicit json_item_reader(std::string name) : name_{std::move(name)} {}

  void feed(std::string_view text) { text_.erase(0, std::exchange(used_, 0)), text_ += text; }

  void finish() { finished_ = true; }

  /// Returns the next item, or nothing before more is fed. What is no JSON, or has another shape,
  /// is a 400 that names the item; one over json_item_bytes_max is a 413.
  checked<std::optional<nlohmann::json>> next();

private:
  enum class place { beginning, name, colon, array, first_item, item, behind_item, closing, end };

  checked<std::optional<nlohmann::json>> step(char c);
  checked<std::optional<nlohmann::json>> pass(char c, char wanted, place then);
  checked<std::optional<nlohmann::json>> read_name();
  checked<std::optional<nlohmann::json>> read_item();
  std::optional<std::string_view> whole_item();
  problem wrong_shape() const;
  problem not_json() const;

  std::string name_;
  std::string text_;
  std::size_t used_ = 0; ///< Of `text_`.
  bool finished_ = false;

  place at_ = place::beginning;
  std::uint64_t items_ = 0; ///< Begun so far.
  bool waits_ = false;      ///< What is there ends in the middle of a name or an item.

  // Of the item that is being read:
  std::size_t scanned_ = 0; ///< Bytes behind `used_`.
  std::size_t depth_ = 0;
  bool quoted_ = false;
  bool escaped_ = false;
};

} // namespace dure::gateway
