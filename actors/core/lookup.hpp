#pragma once

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/rows.hpp"
#include "actors/core/state.hpp"

#include <optional>
#include <string_view>

namespace dure {

// Decoded rows of a state, for the rules. A row that cannot be read or decoded is an error of the
// state, never of the caller.

/// Returns the row, or nothing when there is none.
template <class Row>
result<std::optional<Row>> find_row(const state_reader& state, family f, std::string_view key) {
  auto bytes = state.get(f, key);
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return std::optional<Row>{};
  auto row = decode_row<Row>(**bytes);
  if (!row)
    return row.error();
  return std::optional<Row>{std::move(*row)};
}

/// Returns the row, or an empty one when there is none.
template <class Row>
result<Row> row_or_empty(const state_reader& state, family f, std::string_view key) {
  auto row = find_row<Row>(state, f, key);
  if (!row)
    return row.error();
  return *row ? std::move(**row) : Row{};
}

/// Returns the job that another row promised; errc::corrupt when it is not there.
result<job> promised_job(const state_reader& state, const job_id& id);

constexpr std::uint64_t& count_of(job_counts& counts, job_state s) {
  return counts.by_state[static_cast<std::size_t>(s) - 1];
}

constexpr std::uint64_t count_of(const job_counts& counts, job_state s) {
  return counts.by_state[static_cast<std::size_t>(s) - 1];
}

} // namespace dure
