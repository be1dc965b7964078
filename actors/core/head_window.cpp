#include "actors/core/head_window.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace dure {

namespace {

constexpr std::size_t log_bytes = 2;
constexpr std::array windowed{family::ready, family::timers};

/// Returns the part of `key` that names its window, or nothing when it has none.
std::optional<std::string_view> prefix_of(family f, std::string_view key) {
  if (key.size() < log_bytes)
    return std::nullopt;
  if (f == family::timers)
    return key.substr(0, log_bytes);
  if (f != family::ready)
    return std::nullopt;
  const auto kind_end = key.find('\0', log_bytes);
  if (kind_end == std::string_view::npos)
    return std::nullopt;
  return key.substr(0, kind_end + 1);
}

/// Returns the lowest key above every key that begins with `prefix`; empty when there is none.
std::string end_of(std::string_view prefix) {
  std::string end{prefix};
  while (!end.empty() && end.back() == '\xff')
    end.pop_back();
  if (!end.empty())
    end.back() = static_cast<char>(end.back() + 1);
  return end;
}

} // namespace

result<void> head_window::scan(family f, const key_range& range, scan_order order,
                               const row_visitor& visit) const {
  const auto prefix = prefix_of(f, range.from);
  if (order != scan_order::ascending || prefix != range.from)
    return base_.scan(f, range, order, visit);
  if (windows_.size() >= prefixes_max && !windows_.contains({f, range.from}))
    windows_.clear();
  auto& w = windows_.try_emplace({f, range.from}, window{{}, range.from, false}).first->second;

  for (std::string at = range.from;;) {
    for (auto row = w.rows.lower_bound(at); row != w.rows.end(); ++row) {
      if (row->first >= range.until)
        return {};
      if (!visit(row->first, row->second))
        return {};
    }
    if (w.complete || w.end >= range.until)
      return {};
    if (w.rows.size() >= rows_max_)
      return base_.scan(f, {w.end, range.until}, order, visit);
    at = w.end;
    if (auto filled = refill(f, *prefix, w); !filled)
      return filled.error();
  }
}

result<void> head_window::refill(family f, std::string_view prefix, window& w) const {
  std::size_t read = 0;
  auto more = std::max<std::size_t>(1, rows_max_ / 2);
  auto scanned = base_.scan(f, {w.end, end_of(prefix)}, scan_order::ascending,
                            [&](std::string_view key, std::string_view value) {
                              w.rows.emplace_hint(w.rows.end(), key, value);
                              return ++read < more;
                            });
  if (!scanned)
    return scanned.error();
  if (read < more)
    w.complete = true;
  else
    w.end = w.rows.rbegin()->first + '\0';
  return {};
}

void head_window::on_written(const state_delta& delta) {
  for (auto f : windowed)
    for (const auto& [key, value] : delta.of(f)) {
      const auto prefix = prefix_of(f, key);
      if (!prefix)
        continue;
      const auto found = windows_.find({f, std::string{*prefix}});
      if (found == windows_.end())
        continue;
      auto& w = found->second;
      if (!value)
        w.rows.erase(key);
      else if (w.complete || key < w.end)
        w.rows.insert_or_assign(key, *value);
      if (w.rows.size() > 2 * rows_max_)
        trim(w);
    }
}

void head_window::trim(window& w) const {
  const auto first_dropped = std::next(w.rows.begin(), static_cast<std::ptrdiff_t>(rows_max_));
  w.end = first_dropped->first;
  w.complete = false;
  w.rows.erase(first_dropped, w.rows.end());
}

} // namespace dure
