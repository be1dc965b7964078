#include "actors/core/state.hpp"

#include <algorithm>
#include <iterator>

namespace dure {

namespace {

/// Visits the rows of a map in [range.from, range.until) in `order`.
template <class Rows, class Visit>
void visit_rows(const Rows& rows, const key_range& range, scan_order order, Visit&& visit) {
  if (range.from >= range.until)
    return;
  auto first = rows.lower_bound(range.from);
  auto last = rows.lower_bound(range.until);
  if (order == scan_order::ascending) {
    for (; first != last; ++first)
      if (!visit(*first))
        return;
    return;
  }
  while (first != last) {
    --last;
    if (!visit(*last))
      return;
  }
}

/// Walks the changed rows of a range beside the base's rows, so that a visitor sees them as one.
template <class Iterator> class merge {
public:
  merge(Iterator next, Iterator end, scan_order order, const row_visitor& visit)
      : next_{next}, end_{end}, order_{order}, visit_{visit} {}

  /// Takes the base's next row; first come the changed rows that lie before it.
  bool on_base(std::string_view key, std::string_view value) {
    while (next_ != end_ && before(next_->first, key))
      if (!emit_changed())
        return false;
    if (next_ != end_ && next_->first == key)
      return emit_changed();
    return on_ = visit_(key, value);
  }

  /// The base has no more rows.
  void finish() {
    while (on_ && next_ != end_)
      emit_changed();
  }

private:
  bool before(std::string_view a, std::string_view b) const {
    return order_ == scan_order::ascending ? a < b : b < a;
  }

  bool emit_changed() {
    const auto& [key, value] = *next_++;
    return on_ = !value || visit_(key, *value);
  }

  Iterator next_;
  Iterator end_;
  scan_order order_;
  const row_visitor& visit_;
  bool on_ = true;
};

template <class Iterator>
result<void> scan_merged(const state_reader& base, family f, const key_range& range,
                         scan_order order, const row_visitor& visit, Iterator first,
                         Iterator last) {
  merge rows{first, last, order, visit};
  auto scanned = base.scan(f, range, order, [&rows](std::string_view key, std::string_view value) {
    return rows.on_base(key, value);
  });
  if (!scanned)
    return scanned.error();
  rows.finish();
  return {};
}

} // namespace

std::string_view to_string(family f) {
  static constexpr std::array<std::string_view, family_count> names{
      "jobs",   "ready",   "timers", "by_state", "by_group",  "unique", "leases", "commands",
      "groups", "records", "logs",   "files",    "blob_uses", "tail",   "meta",   "questions"};
  return names[static_cast<std::size_t>(f)];
}

bool state_delta::empty() const {
  return std::all_of(families.begin(), families.end(), [](const rows& r) { return r.empty(); });
}

void state_delta::clear() {
  for (auto& rows_of_family : families)
    rows_of_family.clear();
}

result<std::optional<std::string>> overlay::get(family f, std::string_view key) const {
  const auto& changed = delta_.of(f);
  if (auto row = changed.find(key); row != changed.end())
    return row->second;
  return base_.get(f, key);
}

result<void> overlay::scan(family f, const key_range& range, scan_order order,
                           const row_visitor& visit) const {
  const auto& changed = delta_.of(f);
  if (range.from >= range.until)
    return {};
  auto first = changed.lower_bound(range.from);
  auto last = changed.lower_bound(range.until);
  if (first == last)
    return base_.scan(f, range, order, visit);
  if (order == scan_order::ascending)
    return scan_merged(base_, f, range, order, visit, first, last);
  return scan_merged(base_, f, range, order, visit, std::make_reverse_iterator(last),
                     std::make_reverse_iterator(first));
}

void overlay::put(family f, std::string key, std::string value) {
  delta_.of(f).insert_or_assign(std::move(key), std::move(value));
}

void overlay::erase(family f, std::string key) {
  delta_.of(f).insert_or_assign(std::move(key), std::nullopt);
}

state_delta overlay::take() {
  auto gathered = std::move(delta_);
  delta_ = {};
  return gathered;
}

result<std::optional<std::string>> memory_state::get(family f, std::string_view key) const {
  const auto& rows = families_[static_cast<std::size_t>(f)];
  auto row = rows.find(key);
  if (row == rows.end())
    return std::optional<std::string>{};
  return std::optional<std::string>{row->second};
}

result<void> memory_state::scan(family f, const key_range& range, scan_order order,
                                const row_visitor& visit) const {
  visit_rows(families_[static_cast<std::size_t>(f)], range, order,
             [&visit](const auto& row) { return visit(row.first, row.second); });
  return {};
}

void memory_state::erase(family f, const key_range& range) {
  auto& rows = families_[static_cast<std::size_t>(f)];
  if (range.from < range.until)
    rows.erase(rows.lower_bound(range.from), rows.lower_bound(range.until));
}

void memory_state::write(const state_delta& delta) {
  for (std::size_t f = 0; f < family_count; ++f) {
    for (const auto& [key, value] : delta.families[f]) {
      if (value)
        families_[f].insert_or_assign(key, *value);
      else
        families_[f].erase(key);
    }
  }
}

} // namespace dure
