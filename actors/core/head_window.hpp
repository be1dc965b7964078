#pragma once

#include "actors/core/state.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace dure {

/// A state whose queue heads are answered from memory.
///
/// Claims and timers always look at the lowest keys of `ready` (of a log and kind) and `timers` (of
/// a log), and delete them: in an LSM tree each look would pass every deletion since the last
/// compaction. So a window is kept for each such prefix: all rows of the base in [prefix, end),
/// where `end` moves up as the window is used up. What lies below `end` is never read from the base
/// again.
///
/// `on_written` must hear every delta that was written to the base, before the next scan. One
/// owner. Memory: at most 2 × `rows_max` rows a prefix and `prefixes_max` prefixes.
class head_window final : public state_reader {
public:
  static constexpr std::size_t rows_max_default = 8'192;
  static constexpr std::size_t prefixes_max = 256;

  explicit head_window(const state_reader& base, std::size_t rows_max = rows_max_default)
      : base_{base}, rows_max_{rows_max} {}

  result<std::optional<std::string>> get(family f, std::string_view key) const override {
    return base_.get(f, key);
  }

  /// A scan that ascends from a prefix's start is answered by its window, every other by the base.
  result<void> scan(family f, const key_range& range, scan_order order,
                    const row_visitor& visit) const override;

  void on_written(const state_delta& delta);

  /// The base has become another one.
  void forget() { windows_.clear(); }

private:
  struct window {
    std::map<std::string, std::string, std::less<>> rows;
    std::string end;       ///< Everything of the prefix below it is in `rows`.
    bool complete = false; ///< Everything of the prefix is in `rows`, whatever `end` says.
  };

  result<void> refill(family f, std::string_view prefix, window& w) const;
  void trim(window& w) const;

  const state_reader& base_;
  std::size_t rows_max_;
  mutable std::map<std::pair<family, std::string>, window> windows_;
};

} // namespace dure
